"""Non-maximum suppression against the greedy loop that defines it."""

from __future__ import annotations

import numpy as np
import pytest

from edge.vision.instances.boxes import iou
from edge.vision.instances.nms import nms, nms_by_class


def greedy(boxes, scores, threshold) -> list[int]:
    kept: list[int] = []
    for i in np.argsort(-scores, kind="stable"):
        if all(iou(boxes[i : i + 1], boxes[j : j + 1])[0, 0] <= threshold for j in kept):
            kept.append(int(i))
    return kept


def crowd(seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Boxes that overlap a lot, and scores of which some are equal and some negative."""
    rng = np.random.default_rng(seed)
    start = rng.uniform(0, 60, (count, 2))
    boxes = np.concatenate([start, start + rng.uniform(5, 40, (count, 2))], axis=1)
    return boxes.astype(np.float32), rng.integers(-9, 10, count).astype(np.float32)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.7])
def test_it_keeps_what_the_loop_keeps(seed, threshold):
    boxes, scores = crowd(seed, 60)
    wanted = greedy(boxes, scores, threshold)
    assert nms(boxes, scores, threshold, 100).tolist() == wanted
    assert nms(boxes, scores, threshold, 5).tolist() == wanted[:5]


@pytest.mark.parametrize("seed", range(4))
def test_classes_do_not_suppress_each_other(seed):
    boxes, scores = crowd(seed, 60)
    classes = np.random.default_rng(seed).integers(0, 3, 60)
    wanted = [
        i
        for c in range(3)
        for i in np.flatnonzero(classes == c)[
            greedy(boxes[classes == c], scores[classes == c], 0.5)
        ]
    ]
    kept = nms_by_class(boxes, scores, classes, 0.5, 100)
    assert sorted(kept.tolist()) == sorted(wanted)
    assert (np.diff(scores[kept]) <= 0).all()
    assert nms_by_class(boxes, scores, classes, 0.5, 3).tolist() == kept[:3].tolist()


def test_none_and_a_thousand():
    nothing = np.empty((0, 4), np.float32), np.empty(0, np.float32)
    assert nms(*nothing, 0.5, 10).tolist() == []
    assert nms_by_class(*nothing, np.empty(0, np.intp), 0.5, 10).tolist() == []
    boxes, scores = np.tile(np.float32([0, 0, 9, 9]), (1000, 1)), np.ones(1000, np.float32)
    assert nms(boxes, scores, 0.5, 16).tolist() == [0]
