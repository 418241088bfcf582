"""Outlines have the box and about the area that the real annotations have."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.simulator.outline import (
    draw_outline,
    inside_weight,
    points_inside,
    row_extent,
    spread_within,
)


@settings(max_examples=150)
@given(st.integers(0, 2**32), st.integers(4, 256), st.integers(4, 400), st.floats(0.2, 0.98))
def test_an_outline_is_one_piece_that_touches_all_sides_of_its_box(seed, height, width, fill):
    outline = draw_outline(np.random.default_rng(seed), height, width, fill)
    assert outline.shape == (height, width)
    assert cv2.connectedComponents(outline, connectivity=8)[0] == 2
    for side in (outline[0], outline[-1], outline[:, 0], outline[:, -1]):
        assert side.any()


@pytest.mark.parametrize("shape", [(170, 20), (44, 26), (100, 126), (30, 300)])
@pytest.mark.parametrize("fill", [0.4, 0.6, 0.8, 0.92])
def test_area_follows_the_fill(rng, shape, fill):
    areas = [draw_outline(rng, *shape, fill).mean() for _ in range(60)]
    assert np.median(areas) == pytest.approx(fill, abs=0.06)


def test_weight_is_zero_outside_and_one_deep_inside(rng):
    outline = draw_outline(rng, 120, 90, 0.75)
    weight = inside_weight(outline)
    assert weight[outline == 0].max() < 0.01
    assert weight.max() == pytest.approx(1.0, abs=1e-3)
    x, y = points_inside(rng, weight, 50).T
    assert (outline[y, x] == 1).all()


@pytest.mark.parametrize("share", [0.1, 0.4, 0.8])
def test_spots_cover_the_share_of_the_inside_that_they_should(rng, sheets, share):
    weight = inside_weight(draw_outline(rng, 200, 300, 0.8))
    spots = spread_within(sheets.cloud[:200, :300], weight, share, 50.0)
    assert (spots > 0.5)[weight > 0.5].mean() == pytest.approx(share, abs=0.04)
    assert spots[weight == 0].max() == 0.0


def test_an_outline_too_small_for_an_inside_still_takes_ink(rng):
    tiny = np.ones((1, 1), dtype=np.uint8)
    weight = inside_weight(tiny)
    assert len(points_inside(rng, weight, 3)) == 3
    assert np.isfinite(spread_within(np.zeros((1, 1), np.float32), weight, 0.5, 1.0)).all()


def test_row_extent_gives_first_and_last_column_of_each_line():
    outline = np.array([[0, 1, 1, 0], [1, 1, 1, 1], [0, 0, 0, 1]], dtype=np.uint8)
    first, last = row_extent(outline)
    assert first.tolist() == [1, 0, 3]
    assert last.tolist() == [2, 3, 3]
