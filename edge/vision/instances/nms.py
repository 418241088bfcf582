"""Of boxes that say the same, the one with the best score (non-maximum suppression)."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.vision.instances.boxes import Boxes

Indices = NDArray[np.intp]


def nms(boxes: Boxes, scores: NDArray[np.float32], iou: float, limit: int) -> Indices:
    """Which boxes to keep, by falling score: none shares more than ``iou`` with a better one.

    Args:
        boxes: Corners, [n, 4].
        scores: Any numbers, [n]; of equal ones the first is the better.
        iou: Greatest intersection over union of two that are kept.
        limit: How many to keep at most.
    """
    order = np.argsort(-scores, kind="stable")
    kept = cv2.dnn.NMSBoxes(_placed(boxes[order]), _falling(len(order)), 0.0, iou)
    return order[np.asarray(kept, dtype=np.intp)[:limit]]


def nms_by_class(
    boxes: Boxes, scores: NDArray[np.float32], classes: NDArray[np.intp], iou: float, limit: int
) -> Indices:
    """``nms`` among the boxes of each class [n] alone; ``limit`` is of all together."""
    order = np.argsort(-scores, kind="stable")
    kept = cv2.dnn.NMSBoxesBatched(
        _placed(boxes[order]), _falling(len(order)), classes[order].tolist(), 0.0, iou
    )
    return order[np.asarray(kept, dtype=np.intp)[:limit]]


def _placed(boxes: Boxes) -> list[list[float]]:
    """Left, top, width and height of each."""
    corners = boxes.astype(np.float64)
    placed: list[list[float]] = np.c_[corners[:, :2], corners[:, 2:] - corners[:, :2]].tolist()
    return placed


def _falling(count: int) -> list[float]:
    """Ranks in place of scores: OpenCV leaves out what is not above 0."""
    return [float(rank) for rank in range(count, 0, -1)]
