"""Box coding and overlap, by hand and for any boxes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from edge.vision.instances.boxes import (
    clip,
    decode,
    encode,
    iou,
    with_area,
)


def boxes(*corners) -> np.ndarray:
    return np.array(corners, np.float32).reshape(-1, 4)


@st.composite
def any_boxes(draw, count: int | None = None) -> np.ndarray:
    n = count or draw(st.integers(1, 5))
    start = draw(hnp.arrays(np.float32, (n, 2), elements=st.floats(-50, 1600, width=32)))
    size = draw(hnp.arrays(np.float32, (n, 2), elements=st.floats(0.5, 500, width=32)))
    return np.concatenate([start, start + size], axis=1)


@pytest.mark.parametrize(
    ("anchor", "box", "deltas"),
    [
        ((0, 0, 10, 20), (0, 0, 10, 20), (0, 0, 0, 0)),
        ((0, 0, 10, 20), (1, 0, 11, 20), (1, 0, 0, 0)),
        ((0, 0, 10, 20), (0, -2, 10, 18), (0, -1, 0, 0)),
        ((0, 0, 10, 20), (-5, 0, 15, 20), (0, 0, math.log(2) / 0.2, 0)),
        ((0, 0, 10, 20), (10, 5, 20, 15), (10, 0, 0, math.log(0.5) / 0.2)),
    ],
)
def test_coding_by_hand(anchor, box, deltas):
    assert encode(boxes(anchor), boxes(box))[0] == pytest.approx(deltas, abs=1e-5)
    assert decode(boxes(anchor), boxes(deltas))[0] == pytest.approx(box, abs=1e-4)


@given(any_boxes(3), any_boxes(3))
def test_what_was_encoded_is_decoded(anchors, wanted):
    wanted[:, 2:] = np.minimum(
        wanted[:, 2:], wanted[:, :2] + (anchors[:, 2:] - anchors[:, :2]) * 60
    )
    assert decode(anchors, encode(anchors, wanted)) == pytest.approx(wanted, abs=0.05)


def test_growth_is_clamped():
    x1, y1, x2, y2 = decode(boxes((0, 0, 16, 16)), boxes((0, 0, 1e9, -1e9)))[0]
    assert x2 - x1 == pytest.approx(1000, rel=1e-5) and y2 == y1


@given(hnp.arrays(np.float32, (4, 4), elements=st.floats(width=32, allow_nan=False)))
def test_no_delta_makes_corners_that_are_no_numbers(deltas):
    assert np.isfinite(decode(np.tile(boxes((5, 5, 25, 45)), (4, 1)), deltas)).all()


def test_a_delta_that_is_no_number_gives_a_box_without_area():
    decoded = decode(boxes((0, 0, 8, 8), (0, 0, 8, 8)), boxes((np.nan, 0, 0, 0), (0, 0, 0, 0)))
    assert with_area(decoded).tolist() == [False, True]


def test_boxes_are_cut_at_the_border():
    cut = clip(boxes((-5, 2, 30, 9), (40, 0, 50, 5)), height=8, width=20)
    assert cut.tolist() == [[0, 2, 20, 8], [20, 0, 20, 5]]
    assert with_area(cut).tolist() == [True, False]


def test_iou_by_hand():
    a = boxes((0, 0, 10, 10), (0, 0, 0, 0))
    b = boxes((0, 0, 10, 10), (5, 0, 15, 10), (5, 5, 15, 15), (10, 0, 20, 10), (0, 0, 0, 0))
    wanted = [[1, 1 / 3, 25 / 175, 0, 0], [0, 0, 0, 0, 0]]
    assert iou(a, b) == pytest.approx(np.array(wanted))
    assert iou(a, boxes()).shape == (2, 0) and iou(boxes(), b).shape == (0, 5)


@given(any_boxes(), any_boxes())
def test_iou_is_symmetric_and_a_fraction(a, b):
    shared = iou(a, b)
    assert shared == pytest.approx(iou(b, a).T)
    assert (shared >= 0).all() and (shared <= 1 + 1e-6).all()
    assert np.diag(iou(a, a)) == pytest.approx(np.ones(len(a)))
