"""Measures a defect: its size, and its position on the coil."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.vision.instances.found_instance import FoundInstance

_PIXEL_CORNERS = np.array([[0, 0], [1, 0], [0, 1], [1, 1]])


@dataclass(frozen=True, slots=True)
class Measures:
    """The measures of a defect.

    Attributes:
        area_px: Pixels of its mask, or of its box if there is no mask.
        area_mm2: The same area in mm².
        length_mm: Longer side of its minimum-area rotated rectangle, in mm.
        width_mm: Shorter side of that rectangle, in mm.
        along_mm: Position of its first line on the coil, in mm.
        across_mm: Distance from the frame's left border to its first column, in mm.
    """

    area_px: int
    area_mm2: float
    length_mm: float
    width_mm: float
    along_mm: float
    across_mm: float


def measure(
    found: FoundInstance, *, mm_per_px_across: float, mm_per_line: float, position_mm: float
) -> Measures:
    """Measure an instance on the strip; columns and lines may have different sizes in mm.

    Args:
        found: The instance.
        mm_per_px_across: Millimetres of strip in one column.
        mm_per_line: Millimetres of strip in one line.
        position_mm: Position of the frame's line 0 on the coil, in mm.
    """
    x, y, _, _ = found.piece
    scale = np.array([mm_per_px_across, mm_per_line])
    sides = cv2.minAreaRect((_hull(found) * scale).astype(np.float32))[1]
    area = found.area_px
    return Measures(
        area_px=area,
        area_mm2=area * mm_per_px_across * mm_per_line,
        length_mm=float(max(sides)),
        width_mm=float(min(sides)),
        along_mm=position_mm + y * mm_per_line,
        across_mm=x * mm_per_px_across,
    )


def _hull(found: FoundInstance) -> NDArray[np.int64]:
    """Corners x, y of pixels, [n, 2], relative to the piece; their convex hull holds the mask."""
    _, _, width, height = found.piece
    if found.mask is None or not found.mask.any():
        return np.asarray(_PIXEL_CORNERS * np.array([width, height]), dtype=np.int64)
    rows = np.flatnonzero(found.mask.any(axis=1))
    first = found.mask[rows].argmax(axis=1)
    last = width - 1 - found.mask[rows, ::-1].argmax(axis=1)
    ends = np.stack([np.r_[first, last], np.r_[rows, rows]], axis=1)
    corners = ends[:, np.newaxis] + _PIXEL_CORNERS
    return np.asarray(corners.reshape(-1, 2), dtype=np.int64)
