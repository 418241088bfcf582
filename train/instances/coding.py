"""``edge.vision.instances.boxes`` as tensor operations, for training; boxes [.., 4] are px."""

from __future__ import annotations

from typing import Any

from edge.vision.instances.boxes import (
    DELTA_STD,
    FURTHEST,
    LARGEST_GROWTH,
)
from train.backend import load_keras

_TINY = 1e-6


def encode(boxes: Any, targets: Any) -> Any:
    """Deltas from each box to its target, in units of ``DELTA_STD`` (Ren et al. 2015, equation 2).

    Boxes without area give finite but meaningless numbers.
    """
    ops = load_keras().ops
    centre, size = _centred(boxes)
    to_centre, to_size = _centred(targets)
    size, to_size = ops.maximum(size, _TINY), ops.maximum(to_size, _TINY)
    moved = ops.clip((to_centre - centre) / size, -FURTHEST, FURTHEST)
    return ops.concatenate([moved, ops.log(to_size / size)], axis=-1) / _std()


def decode(boxes: Any, deltas: Any) -> Any:
    """Apply deltas to boxes: the inverse of ``encode``, finite for any finite deltas."""
    ops = load_keras().ops
    centre, size = _centred(boxes)
    by = deltas * _std()
    centre = centre + ops.clip(by[..., :2], -FURTHEST, FURTHEST) * size
    half = ops.exp(ops.minimum(by[..., 2:], LARGEST_GROWTH)) * size / 2
    return ops.concatenate([centre - half, centre + half], axis=-1)


def clip(boxes: Any, width: int, height: int) -> Any:
    """Clip boxes to the window."""
    ops = load_keras().ops
    return ops.clip(boxes, 0.0, ops.convert_to_tensor([width, height] * 2, "float32"))


def iou(a: Any, b: Any) -> Any:
    """Intersection over union [.., n, m] of boxes [.., n, 4] and [.., m, 4]; 0 for empty boxes."""
    ops = load_keras().ops
    ax1, ay1, ax2, ay2 = (a[..., :, None, i] for i in range(4))
    bx1, by1, bx2, by2 = (b[..., None, :, i] for i in range(4))
    wide = ops.maximum(ops.minimum(ax2, bx2) - ops.maximum(ax1, bx1), 0.0)
    high = ops.maximum(ops.minimum(ay2, by2) - ops.maximum(ay1, by1), 0.0)
    shared = wide * high
    union = (ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - shared
    return shared / ops.maximum(union, _TINY)


def _centred(boxes: Any) -> tuple[Any, Any]:
    size = boxes[..., 2:] - boxes[..., :2]
    return boxes[..., :2] + size / 2, size


def _std() -> Any:
    return load_keras().ops.convert_to_tensor(DELTA_STD, "float32")
