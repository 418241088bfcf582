"""Stages that a frame is owed after its turn, caught up by a thread of low priority."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from functools import partial
from operator import attrgetter
from threading import Condition, Thread

from edge.core.frame import Frame
from edge.core.inspection import Cause
from edge.line.background_cascade import BackgroundCascade
from edge.line.deferred_work import DeferredWork
from edge.line.load_shedding import ShedStage

_WAKE_S = 0.02
"""How often it is looked whether the line gives nothing up any more."""

_URGENCY = attrgetter("waits_for")

NICE = 10
"""How far the thread stands back for the others where the processor is short: 0 not, 19 wholly."""


Settle = Callable[[DeferredWork, bool], None]
"""Takes a frame that is owed nothing more, and whether it got all. From any thread, once each."""


class DeferredQueue:
    """A bounded number of frames that are owed stages, and the thread that catches them up.

    What a late gate or classifier says stands as if it had been in time. Frames that wait for a
    verdict come first, then those that wait for classes, then outlines, each in the order put.
    Where there are too many, of those that wait for the least the oldest goes as it stands, but
    never the one in hand; it can be the one that comes. A stage that by what it has lately needed
    would not be done in time is not begun; nor are outlines while classes or verdicts are given up,
    nor anything while verdicts are.

    Args:
        settle: See ``Settle``.
        size: Frames that may wait, with their pixels.
        nice: See ``NICE``.
        strain: Says what the line gives up at the moment.

    Attributes:
        fault: Whose models the thread failed with, and how; it goes on after ``resume``.
    """

    def __init__(
        self,
        settle: Settle,
        *,
        size: int = 32,
        nice: int = NICE,
        strain: Callable[[], ShedStage | None] = lambda: None,
    ) -> None:
        self._settle = settle
        self._size = size
        self._nice = nice
        self._strain = strain
        self._owed: list[DeferredWork] = []
        self._in_hand: DeferredWork | None = None
        self._changed = Condition()
        self._closed = False
        self._ahead: BackgroundCascade | None = None
        self.fault: tuple[BackgroundCascade, Exception] | None = None
        self._thread = Thread(target=self._work, name="arrears", daemon=True)

    def start(self, ahead: BackgroundCascade | None = None) -> None:
        """Begin to catch up.

        Args:
            ahead: Loaded before anything is owed, so that what is owed first need not wait for it.
        """
        self._ahead = ahead
        self._thread.start()

    def __len__(self) -> int:
        return len(self._owed)

    @property
    def full(self) -> bool:
        """Whether the next frame would push one out."""
        return len(self._owed) >= self._size

    def put(self, owed: DeferredWork) -> None:
        """Take a frame; where there is no room, one goes as it stands."""
        victim = None
        with self._changed:
            full = self.full
            self._owed.append(owed)
            if full:
                idle = (owed for owed in self._owed if owed is not self._in_hand)
                victim = min(idle, key=_URGENCY)
                self._owed.remove(victim)
            self._changed.notify_all()
        if victim is not None:
            self._settle(victim, False)

    def expire(self) -> None:
        """Let those go as they stand whose time is up, the one in hand too."""
        now = time.monotonic()
        with self._changed:
            late = [owed for owed in self._owed if owed.due_at <= now]
            for owed in late:
                self._owed.remove(owed)
        for owed in late:
            self._settle(owed, False)

    def wait(self, timeout_s: float) -> None:
        """Wait until something changes, or for so long."""
        with self._changed:
            self._changed.wait(timeout=timeout_s)

    def resume(self, failed: BackgroundCascade, spare: BackgroundCascade) -> None:
        """Go on after a fault: what waits for the models that failed is judged anew by others."""
        with self._changed:
            for owed in self._owed:
                if owed.spare is failed:
                    owed.spare, owed.anew = spare, True
            self.fault = None
            self._changed.notify_all()

    def close(self) -> None:
        """End the thread after what it has in hand, and let all go as they stand."""
        with self._changed:
            self._closed = True
            left, self._owed = self._owed, []
            self._changed.notify_all()
        for owed in left:
            self._settle(owed, False)
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)

    def _work(self) -> None:
        _stand_back(self._nice)
        if (ahead := self._ahead) is not None:
            self._try(ahead, partial(ahead.get, self._heed))
        while (owed := self._next()) is not None:
            self._try(owed.spare, partial(self._catch_up, owed))

    def _try(self, spare: BackgroundCascade, work: Callable[[], object]) -> None:
        """Do something with models, and keep how they fail."""
        try:
            work()
        except _ClosedError:
            return
        except Exception as error:
            with self._changed:
                self._in_hand = None
                self.fault = spare, error
                self._changed.notify_all()

    def _heed(self) -> None:
        if self._closed:
            raise _ClosedError

    def _next(self) -> DeferredWork | None:
        with self._changed:
            self._in_hand = None
            while not self._closed and (self.fault is not None or self._choose() is None):
                self._changed.wait(timeout=_WAKE_S if self._owed else None)
            self._in_hand = None if self._closed else self._choose()
            return self._in_hand

    def _choose(self) -> DeferredWork | None:
        strain = self._strain()
        first = max(self._owed, key=_URGENCY, default=None)
        if first is None or strain is ShedStage.VERDICT:
            return None
        held = strain is ShedStage.CLASSES and first.waits_for is ShedStage.OUTLINES
        return None if held else first

    def _catch_up(self, owed: DeferredWork) -> None:
        """Do the next stage that a frame is owed, if there is time for it."""
        frame, cascade = owed.taken.item, owed.spare.get(self._heed)
        assert isinstance(frame, Frame)
        stage = owed.waits_for
        regions = len(owed.inspection.suspicious) if stage is ShedStage.CLASSES else 1
        if not owed.spare.clock.fits(stage.name, owed.due_at, regions):
            self._done(owed, False)
            return
        started = time.monotonic()
        if stage is ShedStage.OUTLINES:
            inspection = cascade.outline(frame, owed.inspection)
        elif stage is ShedStage.CLASSES:
            inspection = owed.taken.placed(cascade.classify(frame, owed.inspection))
        else:
            inspection = owed.taken.placed(cascade.inspect(frame))
        owed.spare.clock.record(stage.name, time.monotonic() - started, regions)
        with self._changed:
            if owed not in self._owed:
                return  # Its time was up meanwhile, and it goes as it stood.
            if owed.inspection.cause is Cause.LATE and inspection.cause is None:
                owed.late_verdict_ms = (time.monotonic() - frame.taken_at) * 1e3
            owed.inspection, owed.anew = inspection, False
        if not cascade.wants_outline(inspection):
            self._done(owed, True)

    def _done(self, owed: DeferredWork, whole: bool) -> None:
        with self._changed:
            if owed not in self._owed:
                return
            self._owed.remove(owed)
            self._changed.notify_all()
        self._settle(owed, whole)


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
