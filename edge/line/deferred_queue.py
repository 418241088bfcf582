"""The queue of frames with deferred stages, and the low-priority thread that runs these stages."""

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
"""Seconds between two checks whether the line still sheds load."""

_CLOSING_S = 5.0
"""Longest wait for the current stage at the end of a run, in seconds."""

_URGENCY = attrgetter("urgency")

NICE = 10
"""Niceness of the thread (nice(1)): 0 has normal priority, 19 the lowest."""

Complete = Callable[[PendingFrame], None]
"""Called once for each frame that leaves the queue, with or without all stages; from any thread."""


class DeferredQueue:
    """A bounded queue of frames that wait for stages, and the thread that runs them.

    A late result of gate or classifier counts like one in time.

    - Order: frames that wait for a verdict come first, then those that wait for classes, then those
      that wait for outlines; within each group, first in, first out.
    - Overflow: the oldest frame of the least urgent group leaves the queue without further stages.
      It is never the frame being processed; it may be the new one.
    - A stage does not start if by its recent run times it would end too late.
    - Outlines do not start while the line sheds classes or verdicts; nothing starts while it sheds
      verdicts.

    Args:
        complete: See ``Complete``.
        size: Most frames that wait, with their pixels.
        nice: See ``NICE``.
        recently_shed: Returns the stage that the line sheds at the moment.
        clock: The run's clock.

    Attributes:
        fault: The models with which the thread failed, and the error; ``resume`` clears it.
    """

    def __init__(
        self,
        complete: Complete,
        *,
        size: int = 32,
        nice: int = NICE,
        recently_shed: Callable[[], ShedStage | None] = lambda: None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._complete = complete
        self._size = size
        self._nice = nice
        self._recently_shed = recently_shed
        self._clock = clock
        self._waiting: list[PendingFrame] = []
        self._current: PendingFrame | None = None
        self._changed = clock.condition()
        self._closed = False
        self._ended = True
        self._preload: BackgroundCascade | None = None
        self.fault: tuple[BackgroundCascade, Exception] | None = None
        self._thread = Thread(target=self._work, name="deferred", daemon=True)

    def start(self, preload: BackgroundCascade | None = None) -> None:
        """Start the thread.

        Args:
            preload: Loaded at once, so that the first frame does not wait for the loading.
        """
        self._preload = preload
        self._ended = False
        self._thread.start()

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def full(self) -> bool:
        """Whether the next frame would displace one."""
        return len(self._waiting) >= self._size

    def put(self, frame: PendingFrame) -> None:
        """Add a frame with its ``background``; if the queue is full, one frame leaves it."""
        victim = None
        with self._changed:
            full = self.full
            self._waiting.append(frame)
            if full:
                idle = (other for other in self._waiting if other is not self._current)
                victim = min(idle, key=_URGENCY)
                self._waiting.remove(victim)
            self._changed.notify_all()
        if victim is not None:
            self._complete(victim)

    def expire(self) -> None:
        """Complete frames whose time is over with what they have, the current one included."""
        now = self._clock.now()
        with self._changed:
            late = [frame for frame in self._waiting if frame.due_at <= now]
            for frame in late:
                self._waiting.remove(frame)
        for frame in late:
            self._complete(frame)

    def wait(self, timeout_s: float) -> None:
        """Wait until the queue changes, at most ``timeout_s`` seconds."""
        with self._changed:
            self._changed.wait(timeout=timeout_s)

    def resume(self, failed: BackgroundCascade, others: BackgroundCascade) -> None:
        """Continue after a fault: frames of the failed models are judged again by others."""
        with self._changed:
            for frame in self._waiting:
                if frame.background is failed:
                    frame.restart(others)
            self.fault = None
            self._changed.notify_all()

    def close(self) -> None:
        """End the thread after its current stage, and complete all frames with what they have."""
        with self._changed:
            self._closed = True
            left, self._waiting = self._waiting, []
            self._changed.notify_all()
        for frame in left:
            self._complete(frame)
        give_up_at = self._clock.now() + _CLOSING_S
        with self._changed:
            while not self._ended and self._clock.now() < give_up_at:
                self._changed.wait(timeout=give_up_at - self._clock.now())

    def _work(self) -> None:
        _lower_priority(self._nice)
        if (preload := self._preload) is not None:
            self._try(preload, partial(preload.get, self._check_open))
        while (frame := self._next()) is not None:
            assert frame.background is not None
            self._try(frame.background, partial(self._catch_up, frame, frame.background))
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _try(self, models: BackgroundCascade, work: Callable[[], object]) -> None:
        """Do something with models; on failure set ``fault``."""
        try:
            work()
        except _ClosedError:
            return
        except Exception as error:
            with self._changed:
                self._current = None
                self.fault = models, error
                self._changed.notify_all()

    def _check_open(self) -> None:
        if self._closed:
            raise _ClosedError

    def _next(self) -> PendingFrame | None:
        with self._changed:
            self._current = None
            while not self._closed and (self.fault is not None or self._choose() is None):
                self._changed.wait(timeout=_WAKE_S if self._waiting else None)
            self._current = None if self._closed else self._choose()
            return self._current

    def _choose(self) -> PendingFrame | None:
        shed = self._recently_shed()
        first = max(self._waiting, key=_URGENCY, default=None)
        if first is None or shed is ShedStage.VERDICT:
            return None
        held = shed is ShedStage.CLASSES and first.stage is ShedStage.OUTLINES
        return None if held else first

    def _catch_up(self, pending: PendingFrame, models: BackgroundCascade) -> None:
        """Run the next missing stage of a frame, if there is time for it."""
        cascade, clock = models.get(self._check_open), models.stage_clock
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
                return  # Its time ended meanwhile, and it was completed without this stage.
            pending.advance(inspection, ended)
        # A stage that does not change the level would be repeated for ever.
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
    """The run is over, so loading is cancelled."""


def _lower_priority(nice: int) -> None:
    """Lower this thread's priority; on Linux each thread has its own."""
    if nice == 0 or not hasattr(os, "setpriority"):
        return
    try:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), nice)
    except OSError:
        return
