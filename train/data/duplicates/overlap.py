"""Whether two pictures, laid over one another, show the same surface."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from train.data.duplicates.candidates import Placement
from train.data.duplicates.landmarks import Texture, posed_picture

WINDOW = 24
"""Side in pixels of the squares whose texture is compared."""

ALIKE = 0.6
"""Correlation of a square's textures above which it shows the same surface."""

LEAST_SPREAD = 0.04
"""Product of a square's variances below which it shows no texture: black, or saturated."""

LEAST_AREA, LEAST_SHARE = 3000, 0.6
"""Pixels of the same surface, and their share of what is textured where the pictures overlap."""

ENOUGH_AREA = 7000
"""Pixels of the same surface that suffice alone: a piece pasted into another picture. Unrelated
pictures reach 5,000, about two squares that happened to be alike."""


@dataclass(frozen=True, slots=True)
class SharedSurface:
    """What two pictures, laid over one another, have in common.

    Attributes:
        area: Pixels that show the same surface.
        share: Of the textured pixels of the overlap, those that do.
    """

    area: int = 0
    share: float = 0.0

    @property
    def enough(self) -> bool:
        """Whether the two are near-duplicates."""
        return self.area >= ENOUGH_AREA or (self.area >= LEAST_AREA and self.share >= LEAST_SHARE)


def shared_surface(first: Texture, second: Texture, placement: Placement) -> SharedSurface:
    """What two pictures share in a placement, or within a pixel of it."""
    laid = posed_picture(second, placement.pose)
    best = SharedSurface()
    for dx, dy in _NEAR:
        found = _shared(first, laid, placement.dx + dx, placement.dy + dy)
        best = max(best, found, key=lambda s: s.area)
        if best.enough:
            break
    return best


def _shared(first: Texture, second: Texture, dx: int, dy: int) -> SharedSurface:
    left, right = max(0, dx), min(first.shape[1], second.shape[1] + dx)
    top, bottom = max(0, dy), min(first.shape[0], second.shape[0] + dy)
    if min(right - left, bottom - top) < WINDOW:
        return SharedSurface()
    # Defects stand out of the texture: without a limit two holes of one shape would be one place.
    one = np.clip(first[top:bottom, left:right], -2.5, 2.5)
    other = np.clip(second[top - dy : bottom - dy, left - dx : right - dx], -2.5, 2.5)
    correlation = _mean(one * other) - _mean(one) * _mean(other)
    spread = _variance(one) * _variance(other)
    textured = spread > LEAST_SPREAD
    correlation /= np.sqrt(np.maximum(spread, 1e-6))
    same = int(np.count_nonzero((correlation > ALIKE) & textured))
    return SharedSurface(same, same / max(1, int(np.count_nonzero(textured))))


def _mean(values: Texture) -> Texture:
    window = (WINDOW, WINDOW)
    return np.asarray(cv2.blur(values, window, borderType=cv2.BORDER_REFLECT), np.float32)


def _variance(values: Texture) -> Texture:
    mean = _mean(values)
    return _mean(values * values) - mean * mean


_NEAR = [(0, 0), *((x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if x or y)]
"""Placements tried, nearest first: landmarks lie on whole pixels."""
