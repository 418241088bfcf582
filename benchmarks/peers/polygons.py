"""Converts a mask to one polygon, because a YOLO label has only one polygon per instance.

Parts and holes are connected to the largest outline by a line to them and back. A filler that
counts crossings does not fill along such a line: holes stay holes, and parts stay separate except
for the line itself. Vertices are the centres of border pixels, so that drawing the polygon at its
own scale reproduces the mask.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.core.rle import Mask

Polygon = NDArray[np.float64]
"""Shape [n, 2]: x, y in pixels, n ≥ 3; a pixel k covers k to k + 1."""


def polygon_of(mask: Mask) -> Polygon:
    """The outline of a non-empty mask [height, width], with parts and holes connected."""
    outlines, _ = cv2.findContours(mask.view(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    rings = sorted((outline[:, 0] for outline in outlines), key=cv2.contourArea, reverse=True)
    path = rings[0]
    left = rings[1:]
    while left:
        # Connect the nearest ring next, so that the lines between parts are short.
        gaps = [_nearest(path, ring) for ring in left]
        place = int(np.argmin([gap for gap, _, _ in gaps]))
        _, at, start = gaps[place]
        path = _connected(path, at, np.roll(left.pop(place), -start, axis=0))
    return np.resize(path, (max(len(path), 3), 2)) + 0.5


def _nearest(path: NDArray[np.int32], ring: NDArray[np.int32]) -> tuple[int, int, int]:
    """Squared distance of the nearest vertices, and their indices in the path and in the ring."""
    distances = ((path[:, np.newaxis].astype(np.int64) - ring) ** 2).sum(axis=2)
    at, start = np.unravel_index(int(distances.argmin()), distances.shape)
    return int(distances[at, start]), int(at), int(start)


def _connected(path: NDArray[np.int32], at: int, ring: NDArray[np.int32]) -> NDArray[np.int32]:
    """The path with a detour at a vertex: to the ring, around it, and back."""
    return np.concatenate([path[: at + 1], ring, ring[:1], path[at:]])
