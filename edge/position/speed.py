"""Positions from the configured speed: by the frames' numbers, or by time without numbers."""

from __future__ import annotations

from edge.core.frame import Absence
from edge.position.base import DEFAULT_LINES, GAP, FrameLength, FramePlace, Item, Position


class SpeedPosition(Position):
    """Positions of strip that runs at a constant known speed.

    A frame counts for its own length, and a jump in the numbers for the frames in between. If the
    camera does not number its frames, or was absent, the passed strip is speed × time, because the
    number after an absence does not show how long the camera was away.

    Args:
        speed_m_s: Speed of the strip.
        mm_per_line: Millimetres of strip in one line.
        counts: Whether the camera numbers its frames itself.
        lines: Assumed lines of unreadable frames before the first readable one.
    """

    def __init__(
        self, *, speed_m_s: float, mm_per_line: float, counts: bool, lines: int = DEFAULT_LINES
    ) -> None:
        self._speed_m_s = speed_m_s
        self._counts = counts
        self._lines = FrameLength(mm_per_line, lines)
        self._passed_mm = 0.0
        self._next_number: int | None = None
        self._last_at: float | None = None
        self._absent = False
        self._counted_as_missing = False

    def start(self, at: float) -> None:
        """Begin the run: strip that passes before the first frame counts as missing."""
        self._last_at = at

    def advance(self, item: Item) -> FramePlace:
        """The place of the next item."""
        length = self._lines.length_mm(item)
        if isinstance(item, Absence):
            return self._absence(item, length)
        missing, missing_mm = 0, 0.0
        by_time = not self._counts and self._next_number is not None
        if self._absent or self._counted_as_missing or by_time:
            passed = self._passed_until(item.taken_at)
            # A delayed frame after an absence shows strip that was already counted as missing.
            self._counted_as_missing = (
                self._absent or self._counted_as_missing
            ) and passed < length / 2
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
        late = self._last_at is not None and item.taken_at <= self._last_at
        if not self._counted_as_missing or not late:
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
