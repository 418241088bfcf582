"""Stages that are deferred beyond a frame's turn, caught up by a thread of low priority."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from functools import partial
from operator import attrgetter
from threading import Thread

from edge.core.clock import SYSTEM_CLOCK, Clock
from edge.core.frame import Frame
from edge.line.background_cascade import BackgroundCascade
from edge.line.load_shedding import ShedStage
from edge.line.pending_frame import PendingFrame

_WAKE_S = 0.02
"""How often it is looked whether the line gives nothing up any more."""

_CLOSING_S = 5.0
"""For so long the end of a run waits for the stage in hand."""

_URGENCY = attrgetter("urgency")

NICE = 10
"""How far the thread stands back for the others where the processor is short: 0 not, 19 wholly."""

Complete = Callable[[PendingFrame], None]
"""Takes a frame that waits no longer, whether or not it got all. From any thread, once each."""


class DeferredQueue:
    """A bounded number of frames that wait for stages, and the thread that catches them up.

    What a late gate or classifier says stands as if it had been in time. Frames that wait for a
    verdict come first, then those that wait for classes, then outlines, each in the order put.
    Where there are too many, of those that wait for the least the oldest goes as it stands, but
    never the one in hand; it can be the one that comes. A stage that by what it has lately needed
    would not be done in time is not begun; nor are outlines while classes or verdicts are given up,
    nor anything while verdicts are.

    Args:
        complete: See ``Complete``.
        size: Frames that may wait, with their pixels.
        nice: See ``NICE``.
        strain: Says what the line gives up at the moment.
        clock: Tells the time.

    Attributes:
        fault: Whose models the thread failed with, and how; it goes on after ``resume``.
    """

    def __init__(
        self,
        complete: Complete,
        *,
        size: int = 32,
        nice: int = NICE,
        strain: Callable[[], ShedStage | None] = lambda: None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._complete = complete
        self._size = size
        self._nice = nice
        self._strain = strain
        self._clock = clock
        self._waiting: list[PendingFrame] = []
        self._in_hand: PendingFrame | None = None
        self._changed = clock.condition()
        self._closed = False
        self._ended = True
        self._ahead: BackgroundCascade | None = None
        self.fault: tuple[BackgroundCascade, Exception] | None = None
        self._thread = Thread(target=self._work, name="deferred", daemon=True)

    def start(self, ahead: BackgroundCascade | None = None) -> None:
        """Begin to catch up.

        Args:
            ahead: Loaded before anything waits, so that what is put first need not wait for it.
        """
        self._ahead = ahead
        self._ended = False
        self._thread.start()

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def full(self) -> bool:
        """Whether the next frame would push one out."""
        return len(self._waiting) >= self._size

    def put(self, frame: PendingFrame) -> None:
        """Take a frame that has ``background``; where there is no room, one goes as it stands."""
        victim = None
        with self._changed:
            full = self.full
            self._waiting.append(frame)
            if full:
                idle = (other for other in self._waiting if other is not self._in_hand)
                victim = min(idle, key=_URGENCY)
                self._waiting.remove(victim)
            self._changed.notify_all()
        if victim is not None:
            self._complete(victim)

    def expire(self) -> None:
        """Let those go as they stand whose time is up, the one in hand too."""
        now = self._clock.now()
        with self._changed:
            late = [frame for frame in self._waiting if frame.due_at <= now]
            for frame in late:
                self._waiting.remove(frame)
        for frame in late:
            self._complete(frame)

    def wait(self, timeout_s: float) -> None:
        """Wait until something changes, or for so long."""
        with self._changed:
            self._changed.wait(timeout=timeout_s)

    def resume(self, failed: BackgroundCascade, others: BackgroundCascade) -> None:
        """Go on after a fault: what waits for the models that failed is judged anew by others."""
        with self._changed:
            for frame in self._waiting:
                if frame.background is failed:
                    frame.begin_anew(others)
            self.fault = None
            self._changed.notify_all()

    def close(self) -> None:
        """End the thread after what it has in hand, and let all go as they stand."""
        with self._changed:
            self._closed = True
            left, self._waiting = self._waiting, []
            self._changed.notify_all()
        for frame in left:
            self._complete(frame)
        patient_until = self._clock.now() + _CLOSING_S
        with self._changed:
            while not self._ended and self._clock.now() < patient_until:
                self._changed.wait(timeout=patient_until - self._clock.now())

    def _work(self) -> None:
        _stand_back(self._nice)
        if (ahead := self._ahead) is not None:
            self._try(ahead, partial(ahead.get, self._heed))
        while (frame := self._next()) is not None:
            assert frame.background is not None
            self._try(frame.background, partial(self._catch_up, frame, frame.background))
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _try(self, models: BackgroundCascade, work: Callable[[], object]) -> None:
        """Do something with models, and keep how they fail."""
        try:
            work()
        except _ClosedError:
            return
        except Exception as error:
            with self._changed:
                self._in_hand = None
                self.fault = models, error
                self._changed.notify_all()

    def _heed(self) -> None:
        if self._closed:
            raise _ClosedError

    def _next(self) -> PendingFrame | None:
        with self._changed:
            self._in_hand = None
            while not self._closed and (self.fault is not None or self._choose() is None):
                self._changed.wait(timeout=_WAKE_S if self._waiting else None)
            self._in_hand = None if self._closed else self._choose()
            return self._in_hand

    def _choose(self) -> PendingFrame | None:
        strain = self._strain()
        first = max(self._waiting, key=_URGENCY, default=None)
        if first is None or strain is ShedStage.VERDICT:
            return None
        held = strain is ShedStage.CLASSES and first.stage is ShedStage.OUTLINES
        return None if held else first

    def _catch_up(self, pending: PendingFrame, models: BackgroundCascade) -> None:
        """Do the next stage that a frame is owed, if there is time for it."""
        cascade, clock = models.get(self._heed), models.stage_clock
        frame, stage = pending.captured.item, pending.stage
        assert isinstance(frame, Frame) and stage is not None
        regions = len(pending.inspection.suspicious) if stage is ShedStage.CLASSES else 1
        if not clock.fits(stage.name, pending.due_at, regions):
            self._done(pending)
            return
        started = self._clock.now()
        if stage is ShedStage.OUTLINES:
            inspection = cascade.outline(frame, pending.inspection)
        elif stage is ShedStage.CLASSES:
            inspection = cascade.classify(frame, pending.inspection)
        else:
            inspection = cascade.inspect(frame)
        ended = self._clock.now()
        clock.record(stage.name, ended - started, regions)
        with self._changed:
            if pending not in self._waiting:
                return  # Its time was up meanwhile, and it goes as it stood.
            pending.advance(inspection, ended)
        # A stage that changes nothing would be done for ever.
        if pending.stage in {None, stage}:
            self._done(pending)

    def _done(self, frame: PendingFrame) -> None:
        with self._changed:
            if frame not in self._waiting:
                return
            self._waiting.remove(frame)
            self._changed.notify_all()
        self._complete(frame)


class _ClosedError(Exception):
    """The run is over, and what was being loaded is wanted no more."""


def _stand_back(nice: int) -> None:
    """Lower this thread's priority; Linux has one for each thread."""
    if nice == 0 or not hasattr(os, "setpriority"):
        return
    try:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), nice)
    except OSError:
        return
