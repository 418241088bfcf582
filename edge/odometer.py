"""Where on the coil a frame lies, how much strip it stands for, and how much passed unseen."""

from __future__ import annotations

from dataclasses import dataclass

from edge.frame import BadFrame, Frame

_USUAL_LINES = 256
"""Lines of a frame that could not be read, until one has been."""

_GAP = 1.5
"""Frame lengths between two frames of a camera without a counter that tell of a lost frame."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a frame lies.

    Attributes:
        position_mm: Millimetre on the coil of its line 0.
        length_mm: Millimetres of strip that it adds to what passed.
        missing_mm: Millimetres that passed between the frame before and this one without a frame.
        missing: Frames that the camera never gave in between.
    """

    position_mm: float
    length_mm: float
    missing_mm: float = 0.0
    missing: int = 0


class Odometer:
    """Follows the strip by the frames' numbers, or by speed and time where there are none.

    Args:
        mm_per_line: Millimetres of strip in one line.
        speed_m_s: Speed of the strip.
        counts: Whether the camera numbers its frames itself, so that a jump tells of lost ones;
            a camera that does not is followed by the time between its frames.
    """

    def __init__(self, *, mm_per_line: float, speed_m_s: float, counts: bool) -> None:
        self._mm_per_line = mm_per_line
        self._mm_per_s = speed_m_s * 1000.0
        self._counts = counts
        self._lines = _USUAL_LINES
        self._passed_mm = 0.0
        self._next_number: int | None = None
        self._last_taken_at: float | None = None

    def advance(self, frame: Frame | BadFrame) -> Place:
        """Place the next frame. A frame without pixels is taken to be as long as the last."""
        lines = frame.pixels.shape[0] if isinstance(frame, Frame) else frame.lines or self._lines
        self._lines = lines
        length = lines * self._mm_per_line
        missing, missing_mm = 0, 0.0
        if self._counts:
            if self._next_number is not None:
                missing = max(0, frame.number - self._next_number)
            missing_mm = missing * length
            self._next_number = frame.number + 1
        elif self._last_taken_at is not None:
            passed = (frame.taken_at - self._last_taken_at) * self._mm_per_s
            if passed > _GAP * length:
                missing_mm = passed - length
                missing = round(missing_mm / length)
            else:
                length = max(0.0, passed)
        self._last_taken_at = frame.taken_at
        position = self._passed_mm + missing_mm
        self._passed_mm = position + length
        return Place(position, length, missing_mm, missing)
