"""One picture of the strip, and where and when it was taken."""

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
        number: The camera's own frame counter; a jump tells of frames that never came.
        taken_at: ``time.monotonic()`` in seconds when the last line was taken.
        source: Camera name, or the path of the file; its bytes that are no UTF-8 are escaped.
        position_mm: Millimetre on the coil of line 0.
        mm_per_line: Millimetres of strip in one line.
        mm_per_px_across: Millimetres of strip in one column.
        encoder: The encoder's count at its last line; None where nothing counts.
        passed_mm: Millimetres of strip that passed with it, less than it shows where the strip
            stood or was seen before; None where nothing follows the strip.
        at: When its last line was taken, in seconds since 1970 (UTC); 0 where that is unknown.

    A camera leaves position, scale, ``passed_mm`` and ``at`` as they are: ``edge.line.stamping``
    gives them, once, and every inspection takes them from here.
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
        """Millimetres of strip that it stands for: ``passed_mm``, or else all that it shows."""
        if self.passed_mm is not None:
            return self.passed_mm
        return float(self.pixels.shape[0] * self.mm_per_line)


@dataclass(frozen=True, slots=True)
class BadFrame:
    """A frame that the camera took and that will not be inspected: there are no pixels of it.

    Attributes:
        number: The camera's own frame counter.
        taken_at: ``time.monotonic()`` in seconds.
        source: Camera name, or the path of the file; its bytes that are no UTF-8 are escaped.
        cause: One of ``edge.core.inspection.Cause``.
        detail: One line for the person at the line.
        lines: How many lines it had, where that is known.
        encoder: The encoder's count at its last line; None where nothing counts.
        position_mm: Millimetre on the coil of line 0.
        length_mm: Millimetres of strip that it stands for.
        at: When its last line was taken, in seconds since 1970 (UTC); 0 where that is unknown.
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
    """A live camera gave nothing since what it gave last.

    Attributes:
        taken_at: ``time.monotonic()`` in seconds up to which nothing came.
        source: Camera name.
        cause: One of ``edge.core.inspection.Cause``.
        detail: One line for the person at the line.
        at: When that was, in seconds since 1970 (UTC); 0 where it is unknown.
    """

    taken_at: float
    source: str
    cause: str
    detail: str = ""
    at: float = 0.0
