"""Completes each frame once: counts it, reports skipped stages, and records it."""

from __future__ import annotations

from edge.core.clock import SYSTEM_CLOCK, Clock
from edge.core.coverage import Gap
from edge.core.frame import Absence, Frame
from edge.core.inspection import Cause, Inspection, Level
from edge.line.captured import Captured
from edge.line.load_shedding import OverloadMonitor, ShedStage
from edge.line.pending_frame import PendingFrame
from edge.line.reorder_buffer import FinalRecord
from edge.line.run_state import RunState


class Completion:
    """Completes captured items at their final level. Thread-safe.

    Args:
        state: Provides figures, record queue and event listeners.
        overload: Monitors which stages are skipped.
        clock: The run's clock.
    """

    def __init__(
        self, state: RunState, overload: OverloadMonitor, clock: Clock = SYSTEM_CLOCK
    ) -> None:
        self._state = state
        self._overload = overload
        self._clock = clock
        self._ending = False

    def note_shed(self, frame: PendingFrame) -> None:
        """Report an overload if a frame has no verdict, or no classes, when its turn is over."""
        if frame.inspection.cause is Cause.LATE:
            self._shed(ShedStage.VERDICT, frame.inspection)
        elif frame.inspection.level is Level.GATED:
            self._shed(ShedStage.CLASSES, frame.inspection)

    def complete(self, frame: PendingFrame) -> None:
        """Record a frame that has got every stage, or whose time is over."""
        inspection, figures = frame.inspection, self._state.figures
        if frame.late_verdict_ms is not None:
            figures.add_verdict(frame.late_verdict_ms, frame.captured.deadline_s * 1e3)
        if frame.stage is None and "instances" in inspection.stages_ms:
            figures.add_outlines((self._clock.now() - frame.captured.item.taken_at) * 1e3)
        if frame.background is not None:
            if frame.stage is None:
                figures.add_caught_up()
            elif inspection.level is Level.CLASSIFIED and not self._ending:
                self._shed(ShedStage.OUTLINES, inspection)
        self.record(frame.captured, inspection)

    def record(self, captured: Captured, inspection: Inspection | None) -> None:
        """Record a captured item; an absence has no inspection."""
        assert (inspection is None) == isinstance(captured.item, Absence)
        frame = captured.item if isinstance(captured.item, Frame) else None
        gap: Gap | None = captured.gap()
        missing = captured.place.missing
        self._state.records.put(FinalRecord(captured.order, inspection, frame, gap, missing))

    def check_recovery(self) -> None:
        """Report the end of an overload once it is over."""
        if (event := self._overload.check_recovery(self._state.position_mm)) is not None:
            self._state.tell(event)

    def end(self) -> None:
        """Mark the end of the run: stages skipped from now on are no overload."""
        self._ending = True

    def _shed(self, stage: ShedStage, inspection: Inspection) -> None:
        if (event := self._overload.shed(stage, inspection.position_mm)) is not None:
            self._state.tell(event)
