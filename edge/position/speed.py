"""Positions from the strip's speed: by the frames' numbers, or by time where there are none."""

from __future__ import annotations

from edge.core.frame import Absence
from edge.position.base import GAP, USUAL_LINES, FramePlace, Item, Lines, Position


class SpeedPosition(Position):
    """Follows strip that runs at a known speed.

    A frame stands for its own length, and a jump in the numbers for the frames in between. Where
    frames are not numbered at their source, and under a camera that was absent, what passed is
    speed × time: a number given after an absence says nothing about the time without the camera.

    Args:
        speed_m_s: Speed of the strip.
        mm_per_line: Millimetres of strip in one line.
        counts: Whether the camera numbers its frames itself.
        lines: Lines of a frame, for those that cannot be read before any other came.
    """

    def __init__(
        self, *, speed_m_s: float, mm_per_line: float, counts: bool, lines: int = USUAL_LINES
    ) -> None:
        self._speed_m_s = speed_m_s
        self._counts = counts
        self._lines = Lines(mm_per_line, lines)
        self._passed_mm = 0.0
        self._next_number: int | None = None
        self._last_at: float | None = None
        self._absent = False
        self._told = False

    def start(self, at: float) -> None:
        """The run begins: strip that passes before the camera is there has passed unseen."""
        self._last_at = at

    def advance(self, item: Item) -> FramePlace:
        """Place what the camera gave next."""
        length = self._lines.length_mm(item)
        if isinstance(item, Absence):
            return self._absence(item, length)
        missing, missing_mm = 0, 0.0
        if self._absent or self._told or (not self._counts and self._next_number is not None):
            passed = self._passed_until(item.taken_at)
            # What was held up and comes after an absence shows strip that this has told of.
            self._told = (self._absent or self._told) and passed < length / 2
            if passed > (length if self._absent else GAP * length):
                missing_mm = passed - length
                missing = round(missing_mm / length)
            else:
                length = passed
        elif self._next_number is not None:
            missing = max(0, item.number - self._next_number)
            missing_mm = missing * length
        lost, self._absent = self._absent, False
        self._next_number = item.number + 1
        if not self._told or self._last_at is None or item.taken_at > self._last_at:
            self._last_at = item.taken_at
        position = self._passed_mm + missing_mm
        self._passed_mm = position + length
        return FramePlace(position, length, missing_mm, missing, self._speed_m_s, lost)

    def _absence(self, item: Absence, length: float) -> FramePlace:
        missing_mm = self._passed_until(item.taken_at)
        self._absent = True
        self._last_at = item.taken_at
        self._passed_mm += missing_mm
        missing = round(missing_mm / length)
        return FramePlace(self._passed_mm, 0.0, missing_mm, missing, self._speed_m_s, lost=True)

    def _passed_until(self, at: float) -> float:
        since = at if self._last_at is None else self._last_at
        return max(0.0, at - since) * self._speed_m_s * 1000.0
