"""How a frame settles: at its verdict, caught up later, or as it stands when its time is up."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from edge.config.line import LineConfig
from edge.core.errors import EngineError
from edge.core.events import Event
from edge.core.frame import Frame
from edge.core.inspection import (
    Cause,
    Inspection,
    Level,
)
from edge.core.run_figures import RunFigures
from edge.line.background_cascade import BackgroundCascade
from edge.line.captured import Captured
from edge.line.deferred_queue import NICE, DeferredQueue
from edge.line.deferred_work import DeferredWork
from edge.line.judge import Judge, Verdict
from edge.line.load_shedding import OverloadMonitor, ShedStage
from edge.line.recorder import Recorder
from edge.line.reorder_buffer import SettledRecord


class Completion:
    """Sees to it that everything taken comes to the recorder once.

    Args:
        config: How many frames may wait to be caught up, and how long.
        judge: Whose models judge now.
        recorder: Where what has settled goes.
        figures: Counts what is put off and caught up.
        live: Whether frames are given up when their time is up.
        tell: Told of overloads, from any thread.

    Attributes:
        arrears: Frames that wait to be caught up.
    """

    def __init__(
        self,
        config: LineConfig,
        judge: Judge,
        recorder: Recorder,
        figures: RunFigures,
        *,
        live: bool,
        tell: Callable[[Event], None],
    ) -> None:
        self._within_s = config.instances_within_ms / 1e3 if live else math.inf
        self._overload = OverloadMonitor(within_s=self._within_s)
        self.arrears = DeferredQueue(
            self._settle_owed,
            size=config.arrears_frames,
            nice=NICE if live else 0,
            strain=self._overload.strain,
        )
        self._judge = judge
        self._recorder = recorder
        self._figures = figures
        self._live = live
        self._tell = tell
        self._ending = False

    def see_to(self, taken: Captured, verdict: Verdict) -> None:
        """Settle a frame, or put it off where its verdict leaves a stage to be done.

        A camera that waits must have made room in ``arrears`` before.
        """
        inspection = verdict.inspection
        if inspection.cause is Cause.LATE:
            self._give_up(ShedStage.VERDICT, inspection)
        elif inspection.level is Level.GATED:
            self._give_up(ShedStage.CLASSES, inspection)
        if self._judge.owes(taken, inspection):
            if (spare := self._judge.spare) is not None:
                self._figures.deferred += 1
                late = inspection.cause is Cause.LATE
                since = taken.due_at if late else taken.item.taken_at
                self.arrears.put(DeferredWork(taken, inspection, spare, since + self._within_s))
                return
            if not self._live:
                inspection = self._judge.outline(taken, inspection)
                self._time_outlines(taken)
        self.settle(taken, inspection)

    def settle(self, taken: Captured, inspection: Inspection | None) -> None:
        """Record what was taken at its final level; an absence has no inspection."""
        frame = taken.item if isinstance(taken.item, Frame) else None
        record = SettledRecord(taken.order, inspection, frame, taken.gap(), taken.place.missing)
        self._recorder.put(record)

    def look(self, position_mm: float) -> None:
        """Settle what is owed and whose time is up, and say when an overload is over.

        Raises:
            EngineError: A stage fails in the arrears, and there is no bundle to go back to.
        """
        self.arrears.expire()
        if (fault := self.arrears.fault) is not None:
            self._mend(*fault)
        if (event := self._overload.look(position_mm)) is not None:
            self._tell(event)

    def end(self) -> None:
        """The run ends: what is given up from here on is no overload."""
        self._ending = True

    def _mend(self, failed: BackgroundCascade, error: Exception) -> None:
        """Go on with the bundle before the one that fails in the arrears."""
        if failed is self._judge.spare:
            if not isinstance(error, EngineError):
                raise error
            self._judge.fall_back(error)
        if self._judge.spare is None:
            raise error
        self.arrears.resume(failed, self._judge.spare)

    def _settle_owed(self, owed: DeferredWork, whole: bool) -> None:
        """Called by the arrears, from any thread."""
        inspection = owed.inspection
        if owed.late_verdict_ms is not None:
            self._figures.add_verdict(owed.late_verdict_ms, owed.taken.deadline_s * 1e3)
        if whole:
            self._figures.caught_up += 1
            if "instances" in inspection.stages_ms:
                self._time_outlines(owed.taken)
        elif inspection.level is Level.CLASSIFIED and not self._ending:
            self._give_up(ShedStage.OUTLINES, inspection)
        self.settle(owed.taken, inspection)

    def _time_outlines(self, taken: Captured) -> None:
        self._figures.instance_latencies.add((time.monotonic() - taken.item.taken_at) * 1e3)

    def _give_up(self, what: ShedStage, inspection: Inspection) -> None:
        if (event := self._overload.given_up(what, inspection.position_mm)) is not None:
            self._tell(event)
