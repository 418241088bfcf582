"""Frames: pictures of the strip, with the time and position at which they were taken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.core.redaction import encodable

Pixels = NDArray[np.uint8]
"""Grey picture, shape [lines, columns], dtype uint8."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Pixels of the strip with their number, capture time and place on the coil.

    Columns (x) run across the strip, lines (y) along it, line 0 first in time.

    Attributes:
        pixels: Grey picture, [lines, columns], uint8.
        number: The camera's own frame counter; a jump means that frames were lost.
        taken_at: ``time.monotonic()`` in seconds when the last line was taken.
        source: Camera name, or the path of the file; its bytes that are no UTF-8 are escaped.
        position_mm: Millimetre on the coil of line 0.
        mm_per_line: Millimetres of strip in one line.
        mm_per_px_across: Millimetres of strip in one column.
        encoder: The encoder's count at the last line; None without an encoder.
        passed_mm: Millimetres of new strip on the frame: less than its length if the strip stood
            still or an earlier frame shows part of it; None if the position is not measured.
        at: Time of the last line, in seconds since 1970 (UTC); 0 if unknown.

    Cameras do not set position, scale, ``passed_mm`` and ``at``: ``edge.line.stamping`` sets them
    once, and every inspection copies them from here.
    """

    pixels: Pixels
    number: int
    taken_at: float
    source: str
    position_mm: float = 0.0
    mm_per_line: float = 0.5
    mm_per_px_across: float = 0.5
    encoder: int | None = None
    passed_mm: float | None = None
    at: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "source", encodable(self.source))

    @property
    def length_mm(self) -> float:
        """Millimetres of strip that the frame counts for: ``passed_mm``, else its whole length."""
        if self.passed_mm is not None:
            return self.passed_mm
        return float(self.pixels.shape[0] * self.mm_per_line)


@dataclass(frozen=True, slots=True)
class BadFrame:
    """A frame that the camera delivered without usable pixels; it will not be inspected.

    Attributes:
        number: The camera's own frame counter.
        taken_at: ``time.monotonic()`` in seconds.
        source: Camera name, or the path of the file; its bytes that are no UTF-8 are escaped.
        cause: One of ``edge.core.inspection.Cause``.
        detail: One line for the operator.
        lines: Number of its lines; None if unknown.
        encoder: The encoder's count at the last line; None without an encoder.
        position_mm: Position of line 0 on the coil, in mm.
        length_mm: Millimetres of strip that the frame counts for.
        at: Time of the last line, in seconds since 1970 (UTC); 0 if unknown.
    """

    number: int
    taken_at: float
    source: str
    cause: str
    detail: str = ""
    lines: int | None = None
    encoder: int | None = None
    position_mm: float = 0.0
    length_mm: float = 0.0
    at: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "source", encodable(self.source))


@dataclass(frozen=True, slots=True)
class Absence:
    """A period without frames from a live camera; it began with the previous item.

    Attributes:
        taken_at: End of the period so far, ``time.monotonic()`` in seconds.
        source: Camera name.
        cause: One of ``edge.core.inspection.Cause``.
        detail: One line for the operator.
        at: The same end in seconds since 1970 (UTC); 0 if unknown.
    """

    taken_at: float
    source: str
    cause: str
    detail: str = ""
    at: float = 0.0
