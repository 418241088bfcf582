"""Positions from an encoder, which measures the strip's movement in both directions."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from edge.core.frame import Absence
from edge.position.base import DEFAULT_LINES, GAP, FrameLength, FramePlace, Item, Position
from edge.position.counter import Counter

_SPEED_OVER_S = 0.05
"""Seconds over which the speed is computed: cameras and feeds are late by some milliseconds."""

_STANDS_S = 0.25
"""The strip stands still if its count has not changed for so many seconds."""

_SILENT_S = 1.0
"""After so many seconds without a count the nominal speed is assumed."""

_SILENT_FRAMES = 16
"""Consecutive frames without a count that cause a message."""

_SLACK_FRAMES = 4
"""Frame lengths that a count may jump regardless of the elapsed time."""


class Counts(Protocol):
    """A source of counts separate from the frames, such as ``edge.position.encoder_feed``."""

    def __call__(self, at: float, /) -> int | None:
        """The count at a ``time.monotonic()``; None if unknown."""

    def close(self) -> None:
        """Release resources."""


def moves(feed: Counts, now: Callable[[], float] = time.monotonic) -> bool:
    """Whether the strip has moved within the last 0.25 s by the counts; True if they are unknown.

    A camera without frames while the strip stands still is not lost.
    """
    at = now()
    count, before = feed(at), feed(at - _STANDS_S)
    return count is None or before is None or count != before


class EncoderPosition(Position):
    """Positions from the count at each frame's last line, from the frame itself or from a feed.

    Strip counts once. If strip runs back and passes again, it adds no length until it is beyond the
    furthest position so far. Frames of strip seen again count for 0 mm; defects on them are still
    found. Positions follow the strip in both directions. While the strip stands still, frames count
    for 0 mm and an absence adds no missing strip.

    Lost frames and the frame after them share the passed strip evenly. Without a count, the passed
    strip is estimated as speed × time, and corrected by the next count. The counter is assumed to
    have been reset if the strip would have run faster than ``max_m_s``, or if a camera that was
    lost returns with a lower count, because it was probably switched off.

    Args:
        mm_per_count: Millimetres of strip in one count; negative if it counts down.
        counter_bits: Width of the counter, which rolls over.
        mm_per_line: Millimetres of strip in one line.
        speed_m_s: Nominal speed of the strip, used while counts are unknown.
        counts: Whether the camera numbers its frames itself.
        lines: Assumed lines of unreadable frames before the first readable one.
        max_m_s: Highest possible speed of the strip.
        feed: Provides counts for frames without one; closed with this object. None if the frames
            have counts.
    """

    def __init__(
        self,
        *,
        mm_per_count: float,
        counter_bits: int = 32,
        mm_per_line: float,
        speed_m_s: float,
        counts: bool = True,
        lines: int = DEFAULT_LINES,
        max_m_s: float = 50.0,
        feed: Counts | None = None,
    ) -> None:
        self._mm_per_count = mm_per_count
        self._counter = Counter(counter_bits)
        self._nominal_m_s = speed_m_s
        self._counts = counts
        self._lines = FrameLength(mm_per_line, lines)
        self._max_mm_s = max_m_s * 1000.0
        self._feed = feed
        self._end_mm = 0.0
        """Position of the last line; it moves back if the strip does."""
        self._furthest_mm = 0.0
        self._counted: tuple[float, float] | None = None
        """Time of the last count, and position of the last line then."""
        self._track: deque[tuple[float, float]] = deque(maxlen=64)
        self._last_at: float | None = None
        self._next_number: int | None = None
        self._absent = False
        self._uncounted = 0
        self._notes: list[str] = []
        """Messages of the current item."""

    def start(self, at: float) -> None:
        """Begin the run: strip that passes before the first frame counts as missing."""
        self._last_at = at

    def advance(self, item: Item) -> FramePlace:
        """The place of the next item."""
        place = self._place(item)
        notes, self._notes = tuple(self._notes), []
        return replace(place, notes=notes) if notes else place

    def _place(self, item: Item) -> FramePlace:
        length = self._lines.length_mm(item)
        count = self._count_of(item)
        if isinstance(item, Absence) and count is None and self._feed is None:
            # The next frame's count will show how much passed.
            self._absent = True
            return FramePlace(self._end_mm, 0.0, speed_m_s=self._speed_m_s(item.taken_at))
        before = self._end_mm
        self._move(item, count, length)
        fresh = max(0.0, self._end_mm - self._furthest_mm)
        self._furthest_mm += fresh
        speed = self._speed_m_s(item.taken_at)
        lost = self._absent
        self._absent = isinstance(item, Absence)
        self._last_at = item.taken_at
        if isinstance(item, Absence):
            stands = count is not None and self._end_mm == before
            missing = round(fresh / length)
            return FramePlace(self._end_mm, 0.0, fresh, missing, speed, lost=True, stands=stands)
        missing = self._skipped(item.number) if self._counts and not lost else 0
        own = fresh / (missing + 1)
        if own > GAP * length or lost:
            own = min(own, length)
        missing_mm = fresh - own
        if lost or not self._counts:
            missing = round(missing_mm / length)
        self._next_number = item.number + 1
        position = self._end_mm - max(length, own)
        if self._end_mm < before:
            position = self._end_mm
        stands = self._end_mm == before
        return FramePlace(position, own, missing_mm, missing, speed, lost=lost, stands=stands)

    def close(self) -> None:
        """Close the feed. Safe to call twice."""
        if self._feed is not None:
            self._feed.close()

    def _count_of(self, item: Item) -> int | None:
        count = None if isinstance(item, Absence) else item.encoder
        if count is None and self._feed is not None:
            count = self._feed(item.taken_at)
        if count is not None:
            if self._uncounted >= _SILENT_FRAMES:
                self._notes.append("Encoder counts are back: positions follow them again.")
            self._uncounted = 0
        elif not isinstance(item, Absence):
            self._uncounted += 1
            if self._uncounted == _SILENT_FRAMES:
                self._notes.append(
                    f"No encoder count came with {_SILENT_FRAMES} frames: positions are estimated "
                    "by speed × time. Check the encoder and the sender of its counts."
                )
        return count

    def _move(self, item: Item, count: int | None, length: float) -> None:
        """Set ``_end_mm`` to the position of the item's last line."""
        at = item.taken_at
        if count is None:
            self._end_mm += self._estimate_mm(item, length)
            return
        step_mm = self._counter.moved(count) * self._mm_per_count
        if self._counted is None:
            self._end_mm += self._estimate_mm(item, length)
        elif self._is_plausible(step_mm, at - self._counted[0], length):
            self._end_mm = self._counted[1] + step_mm
        else:
            self._notes.append(
                f"The encoder count jumped by {step_mm / 1000.0:,.0f} m: the counter was probably "
                "reset, and positions continue from the last one."
            )
            self._track.clear()
            self._end_mm += self._estimate_mm(item, length)
        self._counted = at, self._end_mm
        self._track.append(self._counted)

    def _is_plausible(self, step_mm: float, seconds: float, length: float) -> bool:
        if self._absent and self._feed is None and step_mm < 0:
            return False
        limit_mm = self._max_mm_s * max(0.0, seconds) + _SLACK_FRAMES * length
        return abs(step_mm) <= limit_mm

    def _estimate_mm(self, item: Item, length: float) -> float:
        """Estimated strip in mm since the previous item; the first frame counts for its length."""
        first = self._next_number is None and self._counted is None
        if first and not isinstance(item, Absence) and not self._absent:
            return length
        since = item.taken_at if self._last_at is None else self._last_at
        return self._speed_m_s(item.taken_at) * 1000.0 * max(0.0, item.taken_at - since)

    def _speed_m_s(self, at: float) -> float:
        """The speed by the last counts; the nominal speed if there are none or they are old."""
        if len(self._track) < 2 or at - self._track[-1][0] > _SILENT_S:
            return self._nominal_m_s
        last_at, last_mm = self._track[-1]
        earlier = (seen for seen in reversed(self._track) if last_at - seen[0] >= _SPEED_OVER_S)
        first_at, first_mm = next(earlier, self._track[0])
        if last_at <= first_at:
            return self._nominal_m_s
        return abs(last_mm - first_mm) / (last_at - first_at) / 1000.0

    def _skipped(self, number: int) -> int:
        return 0 if self._next_number is None else max(0, number - self._next_number)
