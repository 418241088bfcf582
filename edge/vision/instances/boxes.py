"""Boxes as corners x1, y1, x2, y2 in pixels, and their encoding relative to anchors.

Corners are continuous: pixel k reaches from k to k + 1. Source of the encoding: equations 1 to 4
and 6 to 9 of Girshick et al., Rich Feature Hierarchies (CVPR 2014), appendix C, and equation 2 of
Ren et al., Faster R-CNN (NeurIPS 2015).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float32]
"""Corners x1, y1, x2, y2 in pixels, [n, 4]."""

DELTA_STD = (0.1, 0.1, 0.2, 0.2)
"""Divisors of dx, dy, dw and dh, so that the network learns numbers around one."""

_STD = np.array(DELTA_STD, dtype=np.float32)

LARGEST_GROWTH = math.log(1000 / 16)
"""Clamp of dw and dh; a larger growth would give boxes larger than any frame."""

FURTHEST = 1e4
"""Clamp of dx and dy, in anchor sides: beyond every frame, but finite."""


def encode(anchors: Boxes, boxes: Boxes) -> Boxes:
    """The deltas dx, dy, dw, dh [n, 4] from anchors to boxes, divided by ``DELTA_STD``.

    An anchor of 10×10 pixels and a box 1 pixel further right: dx = (1 / 10) / 0.1 = 1.

        >>> anchor, box = np.float32([[0, 0, 10, 10], [1, 0, 11, 10]])[:, np.newaxis]
        >>> encode(anchor, box).round(3).tolist()
        [[1.0, 0.0, 0.0, 0.0]]

    Args:
        anchors: Anchors, [n, 4], each with an area.
        boxes: Boxes to encode, [n, 4], each with an area.
    """
    centre, size = _centred(anchors)
    to_centre, to_size = _centred(boxes)
    moved = (to_centre - centre) / size
    return np.asarray(
        np.concatenate([moved, np.log(to_size / size)], axis=1) / _STD, dtype=np.float32
    )


def decode(anchors: Boxes, deltas: Boxes) -> Boxes:
    """The boxes [n, 4] from anchors [n, 4] and ``deltas`` [n, 4]; the inverse of ``encode``.

    Corners are finite for deltas of any size; only NaN deltas give NaN corners.
    """
    centre, size = _centred(anchors)
    by = deltas * _STD
    centre = centre + np.clip(by[:, :2], -FURTHEST, FURTHEST) * size
    half = np.exp(np.minimum(by[:, 2:], LARGEST_GROWTH)) * size / 2
    return np.asarray(np.concatenate([centre - half, centre + half], axis=1), dtype=np.float32)


def clip(boxes: Boxes, height: int, width: int) -> Boxes:
    """The boxes [n, 4] clipped to a picture; boxes outside of it have no area."""
    limits = np.array([width, height, width, height], dtype=np.float32)
    return np.asarray(np.clip(boxes, 0, limits), dtype=np.float32)


def with_area(boxes: Boxes) -> NDArray[np.bool_]:
    """Which boxes have an area, [n]; boxes with NaN corners have none."""
    return np.asarray((boxes[:, 2:] > boxes[:, :2]).all(axis=1), dtype=np.bool_)


def iou(a: Boxes, b: Boxes) -> NDArray[np.float32]:
    """Intersection over union of every box of ``a`` [n, 4] with every box of ``b`` [m, 4], [n, m].

    It is zero if neither has an area.
    """
    top_left = np.maximum(a[:, np.newaxis, :2], b[np.newaxis, :, :2])
    bottom_right = np.minimum(a[:, np.newaxis, 2:], b[np.newaxis, :, 2:])
    shared = (bottom_right - top_left).clip(0).prod(axis=2)
    areas = [(boxes[:, 2:] - boxes[:, :2]).clip(0).prod(axis=1) for boxes in (a, b)]
    union = areas[0][:, np.newaxis] + areas[1] - shared
    return np.asarray(np.divide(shared, union, out=shared, where=union > 0), dtype=np.float32)


def _centred(boxes: Boxes) -> tuple[Boxes, Boxes]:
    """Centres and sizes, [n, 2] each."""
    size = np.asarray(boxes[:, 2:] - boxes[:, :2], dtype=np.float32)
    return np.asarray(boxes[:, :2] + size / 2, dtype=np.float32), size
