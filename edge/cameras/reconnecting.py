"""A live camera that may be pulled out: its absence is told as it passes, and its return."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace

from edge.cameras.base import Camera
from edge.cameras.reader_thread import ReaderThread
from edge.core.clock import SYSTEM_CLOCK, Clock
from edge.core.errors import CameraError
from edge.core.frame import (
    Absence,
    BadFrame,
    Frame,
)
from edge.core.inspection import Cause
from edge.core.stop_flag import StopFlag

_TOLD_EVERY_S = 1.0
_LOOK_S = 0.2
"""The longest wait before it looks again whether there is something to tell."""
_STEADY_S = 10.0
"""After a camera stayed for so long, the next loss begins with the shortest wait again."""
_MOST_HUNG = 4
"""Threads that may hang in a driver at a time; each costs memory and holds its device."""
_JOIN_S = 0.5


class Reconnecting(Camera):
    """Opens a live camera, and opens it again for ever whenever it is lost.

    It is lost when it fails, ends, or gives nothing for a while; then ``Absence`` items are
    yielded, at once and then every second. A wait between two trials is twice the one before, give
    or take a quarter, so that many cameras behind one switch do not come back in step. Frames are
    numbered on where they ended.

    Args:
        open_camera: Gives the opened camera, or raises ``CameraError``; called in other threads.
        name: What the camera is called.
        counts: Whether the camera numbers its frames at their source.
        wait_for_it: Do not raise where it is not there at first.
        silence_s: Without a frame for so many seconds it is lost.
        first_frame_s: The same from the beginning of its opening to its first frame.
        retry_s: Wait before the first trial, in seconds.
        longest_retry_s: The longest wait between two trials, in seconds.
        moving: Says whether the strip moves; while it stands, silence is no loss. Without it the
            strip is taken to move always.
        clock: What silence and waits go by.

    Raises:
        CameraError: It cannot be opened and ``wait_for_it`` is not set.
        MissingExtraError: What it needs is not installed.
    """

    live = True

    def __init__(
        self,
        open_camera: Callable[[], Camera],
        *,
        name: str,
        counts: bool = False,
        wait_for_it: bool = False,
        silence_s: float = 2.0,
        first_frame_s: float = 10.0,
        retry_s: float = 0.5,
        longest_retry_s: float = 30.0,
        moving: Callable[[], bool] | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self.name = name
        self.counts = counts
        self._open = open_camera
        self._silence_s = silence_s
        self._first_frame_s = max(first_frame_s, silence_s)
        self._pauses = _Pauses(retry_s, longest_retry_s)
        self._moving = moving or (lambda: True)
        self._clock = clock
        self._closed = StopFlag(clock)
        self._hung: list[ReaderThread] = []
        self._away: _Away | None = None
        self._came_at: float | None = None
        self._try_at = 0.0
        self._next_number = self._offset = 0
        self._reading: ReaderThread | None = ReaderThread(open_camera, name, clock=clock)
        self._heard_at = self._reading.since
        if not wait_for_it:
            self.name = self._reading.opened().name

    def __iter__(self) -> Iterator[Frame | BadFrame | Absence]:
        """Yield frames, and absences while it is away, until closed.

        Raises:
            MillsightError: Something is missing that trying again does not bring.
        """
        self._heard_at = self._clock.now()
        try:
            while not self._closed.is_set():
                if self._reading is None:
                    self._try_again()
                item = self._listen() if self._reading else None
                if item is not None:
                    yield self._numbered_on(item)
                elif absence := self._absence():
                    yield absence
        finally:
            self.close()
            if self._reading is not None:
                self._reading.close(_JOIN_S)

    def close(self) -> None:
        """End iteration at once, also in the middle of a wait. Safe to call twice."""
        self._closed.set()
        if (reading := self._reading) is not None:
            reading.close()

    def _absence(self) -> Absence | None:
        """That the camera is away, if it is and it is time to tell."""
        return self._away.tell(self.name, self._clock.now()) if self._away is not None else None

    def _listen(self) -> Frame | BadFrame | Absence | None:
        """What comes within a moment; notices where nothing comes any more."""
        assert self._reading is not None
        try:
            item = self._reading.take(_LOOK_S)
        except CameraError as error:
            self._lose(error.what)
            return None
        if item is not None:
            self._heard_at = self._clock.now()
        else:
            self._mind_the_silence()
        return item

    def _mind_the_silence(self) -> None:
        now = self._clock.now()
        if not self._moving():
            self._heard_at = now
        silent_s = now - self._heard_at
        why = f"nothing came for {silent_s:.1f} s"
        if silent_s > (self._first_frame_s if self._came_at is None else self._silence_s):
            self._lose(why)
        elif silent_s > self._silence_s and self._away is None:
            self._away = _Away(why, since=self._heard_at)

    def _lose(self, why: str) -> None:
        """Give up what was opened, and plan the next trial."""
        assert self._reading is not None
        now = self._clock.now()
        self._reading.close()
        self._hung.append(self._reading)
        self._reading = None
        if self._came_at is not None and now - self._came_at > _STEADY_S:
            self._pauses.begin_anew()
        self._came_at = None
        pause_s = self._pauses.next_s()
        self._try_at = now + pause_s
        self._away = self._away or _Away(why, since=self._heard_at)
        self._away.why = f"{why}; it is tried again in {pause_s:.1f} s"

    def _try_again(self) -> None:
        """Open it if it is time to, else wait for a moment."""
        now = self._clock.now()
        self._hung = [reading for reading in self._hung if reading.alive]
        if now < self._try_at:
            self._closed.wait(min(_LOOK_S, self._try_at - now))
        elif len(self._hung) >= _MOST_HUNG:
            self._try_at = now + self._pauses.next_s()
            if self._away is not None:
                self._away.why = (
                    f"{_MOST_HUNG} calls to its driver have not come back; unplug it and plug it "
                    "in again"
                )
        else:
            self._heard_at = now
            self._reading = ReaderThread(self._open, self.name, clock=self._clock)
            if self._closed.is_set():
                self._reading.close()

    def _numbered_on(self, item: Frame | BadFrame | Absence) -> Frame | BadFrame | Absence:
        if isinstance(item, Absence):
            return item
        if self._came_at is None:
            self._came_at = self._clock.now()
            self._offset = self._next_number - item.number
        self._away = None
        self._next_number = item.number + self._offset + 1
        return replace(item, number=item.number + self._offset) if self._offset else item


class _Away:
    """A camera's absence, and when it is to be told of.

    Attributes:
        why: What happened, one line; may change while it lasts.
    """

    def __init__(self, why: str, *, since: float) -> None:
        self.why = why
        self._since = since
        self._tell_at = 0.0

    def tell(self, name: str, now: float) -> Absence | None:
        """The absence until ``now``, if it is time to tell of it."""
        if now < self._tell_at:
            return None
        away = f", away for {now - self._since:.0f} s" if self._tell_at else ""
        self._tell_at = now + _TOLD_EVERY_S
        return Absence(now, name, Cause.CAMERA_LOST, f"{self.why}{away}")


class _Pauses:
    """The waits between trials: each twice the one before up to the longest, give or take."""

    def __init__(self, first_s: float, longest_s: float) -> None:
        self._first_s = min(first_s, longest_s)
        self._longest_s = longest_s
        self._now_s = self._first_s

    def next_s(self) -> float:
        """The next wait in seconds, a quarter more or less, and never above the longest."""
        pause_s = min(self._now_s * random.uniform(0.75, 1.25), self._longest_s)
        self._now_s = min(2.0 * self._now_s, self._longest_s)
        return pause_s

    def begin_anew(self) -> None:
        """Wait as short as at first."""
        self._now_s = self._first_s
