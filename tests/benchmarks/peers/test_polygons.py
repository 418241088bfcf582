from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from benchmarks.peers.polygons import polygon_of


def drawn(polygon, shape):
    """As a YOLO label is drawn: at whole pixels, borders included."""
    canvas = np.zeros(shape, np.uint8)
    cv2.fillPoly(canvas, [polygon.astype(np.int32)], 1)
    return canvas.astype(bool)


def mask_of(*boxes, shape=(30, 40)):
    mask = np.zeros(shape, bool)
    for x, y, w, h in boxes:
        mask[y : y + h, x : x + w] = True
    return mask


RING = mask_of((5, 5, 20, 15)) & ~mask_of((10, 9, 6, 5))


@pytest.mark.parametrize(
    "mask",
    [
        mask_of((3, 4, 10, 6)),
        mask_of((0, 0, 40, 30)),
        mask_of((7, 7, 1, 1)),
        mask_of((7, 7, 2, 1)),
        mask_of((7, 2, 1, 20)),
        RING,
    ],
)
def test_a_mask_in_one_part_comes_back_whole(mask):
    polygon = polygon_of(mask)
    assert len(polygon) >= 3
    np.testing.assert_array_equal(drawn(polygon, mask.shape), mask)


def test_parts_are_connected_by_a_line_and_no_more():
    mask = mask_of((2, 2, 6, 6), (20, 4, 6, 6), (21, 20, 5, 5))
    back = drawn(polygon_of(mask), mask.shape)
    assert back[mask].all()
    assert np.count_nonzero(back & ~mask) < 30  # lines of 12 and 10 px between them


def test_vertices_are_centres_of_pixels():
    polygon = polygon_of(mask_of((3, 4, 10, 6)))
    assert polygon.min(axis=0).tolist() == [3.5, 4.5]
    assert polygon.max(axis=0).tolist() == [12.5, 9.5]


@given(arrays(np.bool_, (12, 14)).filter(lambda mask: mask.any()), st.just(None))
def test_no_pixel_is_lost(mask, _):
    assert drawn(polygon_of(mask), mask.shape)[mask].all()
