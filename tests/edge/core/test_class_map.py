"""From a map to a place: the box, the peak, and when there is nothing to show."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from edge.core.class_map import ClassMap, class_map_in

REGION = (400, 128, 200, 128)
maps = hnp.arrays(
    np.float32,
    hnp.array_shapes(min_dims=2, max_dims=2, max_side=16),
    elements=st.floats(-100, 100, width=16),
)


def spot(*places: tuple[int, int]) -> np.ndarray:
    """A map of 8×10 cells, 16×20 pixels each, with hot cells (row, column)."""
    evidence = np.full((8, 10), -3.0, np.float32)
    for place in places:
        evidence[place] = 5.0
    return evidence


@pytest.mark.parametrize(
    ("places", "cells"),
    [
        ([(2, 3)], (3, 2, 1, 1)),
        ([(0, 0)], (0, 0, 1, 1)),
        ([(7, 9)], (9, 7, 1, 1)),
        ([(1, 2), (5, 7)], (2, 1, 6, 5)),
    ],
)
def test_the_box_is_that_of_the_strong_cells_within_half_a_cell(places, cells):
    class_map = class_map_in(REGION, spot(*places))
    x, y, width, height = class_map.box
    left, top = REGION[0] + cells[0] * 20, REGION[1] + cells[1] * 16
    assert abs(x - left) <= 10 and abs(x + width - left - cells[2] * 20) <= 10
    assert abs(y - top) <= 8 and abs(y + height - top - cells[3] * 16) <= 8
    peak_x, peak_y = class_map.peak
    assert (peak_x - REGION[0]) // 20 == places[0][1] and (peak_y - REGION[1]) // 16 == places[0][0]


def test_a_weaker_place_counts_from_three_tenths_on():
    evidence = spot((1, 1), (6, 8))
    for level, counts in ((0.2, False), (0.8, True)):
        evidence[6, 8] = -3.0 + 8.0 * level
        assert (class_map_in(REGION, evidence).box[2] > 100) is counts


@pytest.mark.parametrize("level", [-2.0, 0.0, 7.0, np.nan])
def test_equal_activations_give_no_class_map(level):
    assert class_map_in(REGION, np.full((8, 13), level, np.float32)) is None


@given(maps, st.integers(1, 60), st.integers(1, 60))
def test_the_box_lies_in_the_region_for_any_map(evidence, width, height):
    class_map = class_map_in((7, 9, width, height), evidence)
    if class_map is None:
        return
    x, y, w, h = class_map.box
    assert w > 0 and h > 0
    assert x >= 7 and y >= 9 and x + w <= 7 + width and y + h <= 9 + height
    assert class_map.enlarged().shape == class_map.strong().shape == (height, width)
    assert class_map.strong().any()
    assert 7 <= class_map.peak[0] < 7 + width and 9 <= class_map.peak[1] < 9 + height


@given(maps, st.sampled_from([0.25, 4.0]), st.integers(-50, 50))
def test_scale_and_offset_of_the_logits_do_not_matter(evidence, scale, offset):
    evidence = np.round(evidence)
    one = class_map_in(REGION, evidence)
    other = class_map_in(REGION, evidence * np.float32(scale) + np.float32(offset))
    assert (one is None) == (other is None)
    if one and other:
        assert np.abs(one.levels.astype(int) - other.levels).max() <= 1


@given(maps)
def test_a_level_is_the_height_above_the_median(evidence):
    above = (evidence - np.median(evidence)).clip(0)
    class_map = class_map_in(REGION, evidence)
    if class_map is not None:
        np.testing.assert_array_equal(class_map.levels, np.round(above * (255 / above.max())))


def test_levels_are_enlarged_as_opencv_would():
    levels = np.random.default_rng(0).integers(0, 256, (8, 13), dtype=np.uint8)
    wanted = cv2.resize(levels.astype(np.float32), REGION[2:], interpolation=cv2.INTER_LINEAR)
    assert ClassMap(REGION, levels).enlarged() == pytest.approx(wanted, abs=0.01)
