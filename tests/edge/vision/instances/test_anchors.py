"""Anchors lie where the network's cells do, in its outputs' order."""

from __future__ import annotations

import numpy as np
import pytest

from edge.vision.instances.anchors import STRIDES, Anchors

ANCHORS = Anchors((((8.0, 8.0), (4.0, 16.0)), ((32.0, 32.0),), ((64.0, 64.0), (32.0, 256.0))))


def test_they_go_by_level_row_column_and_shape():
    boxes = ANCHORS.boxes(32, 48)
    assert boxes.shape == (8 * 12 * 2 + 4 * 6 + 2 * 3 * 2, 4) and boxes.dtype == np.float32
    assert boxes[:3].tolist() == [[-2, -2, 6, 6], [0, -6, 4, 10], [2, -2, 10, 6]]
    assert boxes[12 * 2].tolist() == [-2, 2, 6, 10]
    assert boxes[8 * 12 * 2].tolist() == [-12, -12, 20, 20]
    assert boxes[-1].tolist() == [40 - 16, 24 - 128, 40 + 16, 24 + 128]
    assert ANCHORS.per_level == (2, 1, 2)


@pytest.mark.parametrize("level", range(3))
def test_centres_are_the_cells_own(level):
    shapes = [((1.0, 1.0),)] * 3
    boxes = Anchors(tuple(shapes)).boxes(32, 32)
    counts = [(32 // stride) ** 2 for stride in STRIDES]
    start = sum(counts[:level])
    centres = (boxes[start : start + counts[level], :2] + 0.5) / STRIDES[level] - 0.5
    side = 32 // STRIDES[level]
    assert centres.tolist() == [[x, y] for y in range(side) for x in range(side)]


def test_they_are_drawn_once_and_cannot_be_spoilt():
    boxes = ANCHORS.boxes(32, 48)
    assert ANCHORS.boxes(32, 48) is boxes
    with pytest.raises(ValueError, match="read-only"):
        boxes[0] = 0
