"""Non-maximum suppression: of overlapping boxes only the one with the highest score is kept."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.vision.instances.boxes import Boxes

Indices = NDArray[np.intp]


def nms(boxes: Boxes, scores: NDArray[np.float32], iou: float, limit: int) -> Indices:
    """Indices of the boxes to keep, by descending score; their IoU is at most ``iou``.

    The second box has an IoU of 80 / 120 = 0.67 with the first, which has a higher score:

        >>> boxes = np.float32([[0, 0, 10, 10], [2, 0, 12, 10], [30, 0, 40, 10]])
        >>> nms(boxes, np.float32([0.9, 0.8, 0.7]), iou=0.5, limit=10).tolist()
        [0, 2]

    Args:
        boxes: Corners, [n, 4].
        scores: Any numbers, [n]; of equal scores the first box comes first.
        iou: Highest intersection over union of two kept boxes.
        limit: Most boxes to keep.
    """
    order = np.argsort(-scores, kind="stable")
    kept = cv2.dnn.NMSBoxes(_xywh(boxes[order]), _ranks(len(order)), 0.0, iou)
    return order[np.asarray(kept, dtype=np.intp)[:limit]]


def nms_by_class(
    boxes: Boxes, scores: NDArray[np.float32], classes: NDArray[np.intp], iou: float, limit: int
) -> Indices:
    """``nms`` within each class [n] separately; ``limit`` applies to all classes together."""
    order = np.argsort(-scores, kind="stable")
    kept = cv2.dnn.NMSBoxesBatched(
        _xywh(boxes[order]), _ranks(len(order)), classes[order].tolist(), 0.0, iou
    )
    return order[np.asarray(kept, dtype=np.intp)[:limit]]


def _xywh(boxes: Boxes) -> list[list[float]]:
    """Left, top, width and height of each box."""
    corners = boxes.astype(np.float64)
    xywh: list[list[float]] = np.c_[corners[:, :2], corners[:, 2:] - corners[:, :2]].tolist()
    return xywh


def _ranks(count: int) -> list[float]:
    """Descending ranks in place of scores, because OpenCV drops scores that are not above 0."""
    return [float(rank) for rank in range(count, 0, -1)]
