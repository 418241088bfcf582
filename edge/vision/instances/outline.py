"""Turns the mask head's output into pixels of the frame, and joins pieces to whole defects."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.core.geometry import Box
from edge.core.joining import bounding, shared
from edge.core.rle import Mask
from edge.vision.instances.found_instance import FoundInstance

_MASK_THRESHOLD = 0.5
"""Lowest probability of a defect's pixel (He et al., Mask R-CNN, ICCV 2017, section 3.1)."""

_NEIGHBOURS = np.ones((3, 3), dtype=np.uint8)

Corners = tuple[float, float, float, float]


def pixels_of(corners: Corners, height: int, width: int) -> Box:
    """The pixels of a frame whose centres lie in a box, at least one in each direction."""
    left, right = _within(corners[0], corners[2], width)
    top, bottom = _within(corners[1], corners[3], height)
    return left, top, right - left, bottom - top


def _within(start: float, end: float, length: int) -> tuple[int, int]:
    first = min(max(math.floor(start + 0.5), 0), length - 1)
    return first, min(max(math.floor(end + 0.5), first + 1), length)


def paste(probabilities: NDArray[np.float32], corners: Corners, piece: Box) -> tuple[Mask, Box]:
    """Resize a mask to its box, bilinearly, and apply the threshold 0.5.

    Args:
        probabilities: The mask head's grid, [rows, columns].
        corners: x1, y1, x2, y2 of the box in pixels of the frame.
        piece: The pixels of that box, as ``pixels_of`` gives them.

    Returns:
        The mask and its bounding box; an empty mask comes with the whole ``piece``.
    """
    x, y, width, height = piece
    x1, y1, x2, y2 = corners
    rows, columns = probabilities.shape
    across = columns / max(x2 - x1, 1e-3)
    along = rows / max(y2 - y1, 1e-3)
    from_pixel = np.array(
        [
            [across, 0, (x + 0.5 - x1) * across - 0.5],
            [0, along, (y + 0.5 - y1) * along - 0.5],
        ]
    )
    resized = cv2.warpAffine(
        probabilities,
        from_pixel,
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return trimmed(np.asarray(resized >= _MASK_THRESHOLD, dtype=np.bool_), piece)


def trimmed(mask: Mask, piece: Box) -> tuple[Mask, Box]:
    """A mask without the empty rows and columns around it, and its place in the frame."""
    left, top, width, height = cv2.boundingRect(mask.view(np.uint8))
    if not width:
        return mask, piece
    cut = mask[top : top + height, left : left + width]
    return cut, (piece[0] + left, piece[1] + top, width, height)


def join_touching(pieces: Sequence[FoundInstance]) -> list[FoundInstance]:
    """Join touching or overlapping pieces of one class; the result is sorted by descending score.

    Masks touch if pixels are neighbours, diagonal ones included. Boxes without masks touch if they
    overlap or share a part of a side.
    """
    if not pieces:
        return []
    labels = np.arange(len(pieces))
    for i, j in _near(pieces):
        if labels[i] != labels[j] and _touch(pieces[i], pieces[j]):
            labels[labels == labels[i]] = labels[j]
    joined = [
        _joined([pieces[i] for i in np.flatnonzero(labels == label).tolist()])
        for label in dict.fromkeys(labels.tolist())
    ]
    return sorted(joined, key=lambda found: -found.score)


def _near(pieces: Sequence[FoundInstance]) -> list[list[int]]:
    """Pairs of one class without a gap between their pieces, including diagonal neighbours."""
    boxes = np.array([piece.piece for piece in pieces])
    classes = np.array([piece.class_index for piece in pieces])
    start, end = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    near = (start[:, np.newaxis] <= end).all(axis=2)
    near &= near.T & (classes[:, np.newaxis] == classes)
    pairs: list[list[int]] = np.argwhere(np.triu(near, 1)).tolist()
    return pairs


def _touch(a: FoundInstance, b: FoundInstance) -> bool:
    if a.mask is None or b.mask is None:
        return sum(shared(a.piece, b.piece)) > 0
    view = bounding([a.piece, b.piece])
    grown = cv2.dilate(a.drawn(view).view(np.uint8), _NEIGHBOURS)
    return bool((grown.view(np.bool_) & b.drawn(view)).any())


def _joined(pieces: list[FoundInstance]) -> FoundInstance:
    if len(pieces) == 1:
        return pieces[0]
    whole = bounding([piece.piece for piece in pieces])
    corners = np.array([piece.box for piece in pieces])
    x1, y1 = corners[:, :2].min(axis=0).tolist()
    x2, y2 = corners[:, 2:].max(axis=0).tolist()
    masked = any(piece.mask is not None for piece in pieces)
    return FoundInstance(
        class_index=pieces[0].class_index,
        score=max(piece.score for piece in pieces),
        box=(x1, y1, x2, y2),
        mask=np.logical_or.reduce([piece.drawn(whole) for piece in pieces]) if masked else None,
        piece=whole,
    )
