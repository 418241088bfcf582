"""Positions from an encoder: what the strip really moved, forth and back, and when it stood."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from edge.core.frame import Absence
from edge.position.base import GAP, USUAL_LINES, FramePlace, Item, Lines, Position
from edge.position.counter import Counter

_SPEED_OVER_S = 0.05
"""Time over which the speed is taken: cameras and feeds are late by some milliseconds."""

_STANDS_S = 0.25
"""Strip whose count has not changed for so long stands."""

_SILENT_S = 1.0
"""Without a count for so long the strip is taken to run at its nominal speed."""

_SILENT_FRAMES = 16
"""Frames in a row without a count that are worth a word."""

_SLACK_FRAMES = 4
"""Frame lengths that a count may jump whatever the clock says."""


class Counts(Protocol):
    """Counts that come beside the frames, such as ``edge.position.encoder_feed.Feed``."""

    def __call__(self, at: float, /) -> int | None:
        """The count at a ``time.monotonic()``; None where it is not known."""

    def close(self) -> None:
        """Free what it holds."""


def moves(feed: Counts, now: Callable[[], float] = time.monotonic) -> bool:
    """Whether the strip moves, by the counts over the last moment; true where they say nothing.

    A camera that is silent while the strip stands is not lost.
    """
    at = now()
    count, before = feed(at), feed(at - _STANDS_S)
    return count is None or before is None or count != before


class EncoderPosition(Position):
    """Follows the count at each frame's last line, from the frame itself or from a feed.

    Strip counts once. What moved back under the camera and comes again adds nothing to what passed
    until it is further than it ever was: of strip that was seen twice the first inspection
    counts, the second finds defects on it and stands for 0 mm. Positions go back and forth with
    the strip. While the strip stands, frames stand for 0 mm and an absence passes nothing by.

    Lost frames share what passed evenly with the frame after them. Where no count came, what passed
    is estimated by speed × time, and put right by the next count. A count that cannot be, because
    the strip would have run faster than ``max_m_s``, is one that began anew; so is one that comes
    lower out of a camera that was lost, because it was most likely switched off.

    Args:
        mm_per_count: Millimetres of strip in one count, negative where it counts down.
        counter_bits: Width of the counter, which rolls over.
        mm_per_line: Millimetres of strip in one line.
        speed_m_s: The strip's nominal speed, as long as no count tells it.
        counts: Whether the camera numbers its frames itself.
        lines: Lines of a frame, for those that cannot be read before any other came.
        max_m_s: No strip runs faster.
        feed: Gives the count of frames that carry none, and is closed with this; None where only
            frames carry one.
    """

    def __init__(
        self,
        *,
        mm_per_count: float,
        counter_bits: int = 32,
        mm_per_line: float,
        speed_m_s: float,
        counts: bool = True,
        lines: int = USUAL_LINES,
        max_m_s: float = 50.0,
        feed: Counts | None = None,
    ) -> None:
        self._mm_per_count = mm_per_count
        self._counter = Counter(counter_bits)
        self._nominal_m_s = speed_m_s
        self._counts = counts
        self._lines = Lines(mm_per_line, lines)
        self._max_mm_s = max_m_s * 1000.0
        self._feed = feed
        self._end_mm = 0.0
        """Where the last line lies; it goes back with the strip."""
        self._furthest_mm = 0.0
        self._counted: tuple[float, float] | None = None
        """When the last count came, and where its last line lay."""
        self._track: deque[tuple[float, float]] = deque(maxlen=64)
        self._last_at: float | None = None
        self._next_number: int | None = None
        self._absent = False
        self._uncounted = 0
        self._notes: list[str] = []
        """Of the item that is being placed."""

    def start(self, at: float) -> None:
        """The run begins: strip that passes before the camera is there has passed unseen."""
        self._last_at = at

    def advance(self, item: Item) -> FramePlace:
        """Place what the camera gave next."""
        place = self._place(item)
        notes, self._notes = tuple(self._notes), []
        return replace(place, notes=notes) if notes else place

    def _place(self, item: Item) -> FramePlace:
        length = self._lines.length_mm(item)
        count = self._count_of(item)
        if isinstance(item, Absence) and count is None and self._feed is None:
            # The next frame's own count says what passed.
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
                self._notes.append(
                    "The encoder's counts have come back: they give positions again."
                )
            self._uncounted = 0
        elif not isinstance(item, Absence):
            self._uncounted += 1
            if self._uncounted == _SILENT_FRAMES:
                self._notes.append(
                    f"No encoder count came with {_SILENT_FRAMES} frames: positions are estimated "
                    "by speed × time. Check the encoder and what sends its counts."
                )
        return count

    def _move(self, item: Item, count: int | None, length: float) -> None:
        """Put ``_end_mm`` where the item's last line lies."""
        at = item.taken_at
        if count is None:
            self._end_mm += self._estimate_mm(item, length)
            return
        step_mm = self._counter.moved(count) * self._mm_per_count
        if self._counted is None:
            self._end_mm += self._estimate_mm(item, length)
        elif self._may_be(step_mm, at - self._counted[0], length):
            self._end_mm = self._counted[1] + step_mm
        else:
            self._notes.append(
                f"The encoder's count has jumped by {step_mm / 1000.0:,.0f} m: it is taken to have "
                "begun anew, and positions go on from the last."
            )
            self._track.clear()
            self._end_mm += self._estimate_mm(item, length)
        self._counted = at, self._end_mm
        self._track.append(self._counted)

    def _may_be(self, step_mm: float, seconds: float, length: float) -> bool:
        if self._absent and self._feed is None and step_mm < 0:
            return False
        limit_mm = self._max_mm_s * max(0.0, seconds) + _SLACK_FRAMES * length
        return abs(step_mm) <= limit_mm

    def _estimate_mm(self, item: Item, length: float) -> float:
        """What passes up to an item without a count; the first frame stands for itself."""
        first = self._next_number is None and self._counted is None
        if first and not isinstance(item, Absence) and not self._absent:
            return length
        since = item.taken_at if self._last_at is None else self._last_at
        return self._speed_m_s(item.taken_at) * 1000.0 * max(0.0, item.taken_at - since)

    def _speed_m_s(self, at: float) -> float:
        """As the last counts tell it; the nominal one where they are none or old."""
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
