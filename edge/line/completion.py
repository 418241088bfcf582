"""How a frame ends: counted, what it went without announced, recorded, each once."""

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
    """Takes what was captured at its final level. Safe from any thread.

    Args:
        state: Its figures count frames, its records take them, its listeners hear of overloads.
        overload: Follows what frames go without.
        clock: Tells the time.
    """

    def __init__(
        self, state: RunState, overload: OverloadMonitor, clock: Clock = SYSTEM_CLOCK
    ) -> None:
        self._state = state
        self._overload = overload
        self._clock = clock
        self._ending = False

    def note_shed(self, frame: PendingFrame) -> None:
        """Announce, where it is the first, that a frame's turn passed without all of a verdict."""
        if frame.inspection.cause is Cause.LATE:
            self._shed(ShedStage.VERDICT, frame.inspection)
        elif frame.inspection.level is Level.GATED:
            self._shed(ShedStage.CLASSES, frame.inspection)

    def complete(self, frame: PendingFrame) -> None:
        """Record a frame as it stands: it has got all, or its time is up."""
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
        """Record what was captured; an absence has no inspection."""
        assert (inspection is None) == isinstance(captured.item, Absence)
        frame = captured.item if isinstance(captured.item, Frame) else None
        gap: Gap | None = captured.gap()
        missing = captured.place.missing
        self._state.records.put(FinalRecord(captured.order, inspection, frame, gap, missing))

    def look(self) -> None:
        """Announce that an overload is over, if it is."""
        if (event := self._overload.look(self._state.position_mm)) is not None:
            self._state.tell(event)

    def end(self) -> None:
        """The run ends: what is given up from here on is no overload."""
        self._ending = True

    def _shed(self, stage: ShedStage, inspection: Inspection) -> None:
        if (event := self._overload.shed(stage, inspection.position_mm)) is not None:
            self._state.tell(event)
