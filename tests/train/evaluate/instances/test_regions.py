"""Run lengths as the COCO library packs them, against its own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pycocotools import mask as coco_mask

from edge.core.rle import mask_to_runs
from tests.train.evaluate.instances.made import HEIGHT, WIDTH, found, rectangle
from train.evaluate.instances.regions import coco_rle, found_box, found_runs, rectangle_rle


@given(arrays.arrays(np.bool_, (7, 5)))
def test_runs_are_packed_as_the_library_would(mask: np.ndarray) -> None:
    assert coco_rle(mask_to_runs(mask), 7, 5) == coco_mask.encode(np.asfortranarray(mask, np.uint8))


@given(
    st.integers(0, 3),
    st.integers(0, 3),
    arrays.arrays(np.bool_, st.tuples(*[st.integers(1, 6)] * 2)),
)
def test_a_piece_lies_where_it_is_in_the_frame(x: int, y: int, mask: np.ndarray) -> None:
    high, wide = mask.shape
    thing = found(0, 0.5, x, y, wide, high, mask=mask)
    drawn = coco_mask.decode(coco_rle(found_runs(thing, y + high), y + high, x + wide))
    assert np.array_equal(drawn, thing.drawn((0, 0, x + wide, y + high)))


def test_without_a_mask_the_piece_stands() -> None:
    runs = found_runs(found(0, 0.5, 3, 4, 5, 6, mask=False), HEIGHT)
    assert np.array_equal(runs, mask_to_runs(rectangle(3, 4, 5, 6)))
    box = rectangle_rle((3, 4, 5, 6), HEIGHT, WIDTH)
    assert np.array_equal(coco_mask.decode(box), rectangle(3, 4, 5, 6))


@pytest.mark.parametrize(
    ("corners", "box"),
    [((1, 2, 4, 8), (1, 2, 3, 6)), ((4, 8, 1, 2), (4, 8, 0, 0))],
)
def test_corners_become_a_box_without_negative_sides(corners: tuple, box: tuple) -> None:
    thing = found(0, 0.5, 0, 0, 1, 1)
    object.__setattr__(thing, "box", corners)
    assert found_box(thing) == box
