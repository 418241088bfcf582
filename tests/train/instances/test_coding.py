from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.vision.instances import boxes as edge
from train.instances import coding

CORNER = st.integers(-100, 800).map(lambda half: half / 2)
SIDE = st.integers(1, 600).map(lambda half: half / 2)


def tensors(made):
    return np.array([[x, y, x + w, y + h] for x, y, w, h in made], np.float32)


BOXES = st.lists(st.tuples(CORNER, CORNER, SIDE, SIDE), min_size=1, max_size=5).map(tensors)


def test_deltas_by_hand():
    box, target = np.array([[[0, 0, 10, 20]], [[-4, 4, 16, 24]]], np.float32)
    np.testing.assert_allclose(
        coding.encode(box, target), [[1.0, 2.0, np.log(2) / 0.2, 0.0]], atol=1e-5
    )
    deltas = np.array([[1.0, -1.0, 0.0, np.log(2) / 0.2]], np.float32)
    np.testing.assert_allclose(coding.decode(box, deltas), [[1, -12, 11, 28]], atol=1e-5)


def test_overlap_by_hand():
    a = np.array([[0, 0, 10, 10], [5, 5, 5, 5]], np.float32)
    b = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [20, 0, 30, 10], [0, 0, 0, 0]], np.float32)
    np.testing.assert_allclose(coding.iou(a, b), [[1, 1 / 3, 0, 0], [0] * 4], atol=1e-6)


@settings(max_examples=15, deadline=None)
@given(a=BOXES, b=BOXES)
def test_boxes_are_coded_and_compared_as_beside_the_line(a, b):
    np.testing.assert_allclose(coding.iou(a, b), edge.iou(a, b), atol=1e-4)
    a, b = a[: len(b)], b[: len(a)]
    deltas = edge.encode(a, b)
    np.testing.assert_allclose(coding.encode(a, b), deltas, rtol=1e-3, atol=1e-2)
    np.testing.assert_allclose(
        coding.decode(a, deltas), edge.decode(a, deltas), rtol=1e-3, atol=0.1
    )
    np.testing.assert_allclose(coding.clip(a, 200, 100), edge.clip(a, 100, 200))


def test_wild_deltas_and_boxes_without_area_give_numbers():
    box, none = np.array([[0, 0, 10, 10]], np.float32), np.zeros((1, 4), np.float32)
    wild = np.array([[1e30, -1e30, 1e30, -1e30]], np.float32)
    assert np.isfinite(coding.clip(coding.decode(box, wild), 100, 100)).all()
    assert np.isfinite(coding.encode(box, none)).all()
    assert np.isfinite(coding.encode(none, box)).all()
