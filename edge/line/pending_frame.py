"""A frame with deferred stages: which stage it still needs, and until when."""

from __future__ import annotations

from dataclasses import dataclass

from edge.core.inspection import Cause, Inspection, Level
from edge.line.background_cascade import BackgroundCascade
from edge.line.captured import Captured
from edge.line.load_shedding import ShedStage


@dataclass(slots=True, eq=False)
class PendingFrame:
    """A frame between its turn (the time of its verdict) and its record.

    Attributes:
        captured: The frame, with its pixels.
        inspection: The result so far.
        due_at: Time by ``Clock.now()`` at which it is recorded without further stages; infinite if
            the camera is not live.
        background: Runs its deferred stages, with the bundle that was in use at its turn; None if
            nothing was deferred.
        late_verdict_ms: Milliseconds from its last line to a verdict that came after its turn;
            None if the verdict came in time or is missing.
    """

    captured: Captured
    inspection: Inspection
    due_at: float
    background: BackgroundCascade | None = None
    late_verdict_ms: float | None = None
    _restarted: bool = False

    @classmethod
    def at_turn(cls, captured: Captured, inspection: Inspection, within_s: float) -> PendingFrame:
        """Create it at the frame's turn.

        Args:
            captured: The frame.
            inspection: Its result at that time.
            within_s: Seconds allowed for deferred stages, counted from its last line, or from its
                deadline if the verdict itself is late.
        """
        since = captured.due_at if inspection.cause is Cause.LATE else captured.item.taken_at
        return cls(captured, inspection, since + within_s)

    @property
    def stage(self) -> ShedStage | None:
        """The next stage that it needs; None if its inspection is complete."""
        if self._restarted or (self.inspection.cause is Cause.LATE and self.captured.has_pixels):
            return ShedStage.VERDICT
        if self.inspection.level is Level.GATED:
            return ShedStage.CLASSES
        return ShedStage.OUTLINES if self.inspection.level is Level.CLASSIFIED else None

    @property
    def urgency(self) -> int:
        """Higher for a frame that lacks more stages."""
        return -1 if self.stage is None else self.stage

    def advance(self, inspection: Inspection, now: float) -> None:
        """Set the result of a stage that ended at ``now``."""
        if self.inspection.cause is Cause.LATE and inspection.cause is None:
            self.late_verdict_ms = (now - self.captured.item.taken_at) * 1e3
        self.inspection, self._restarted = inspection, False

    def restart(self, background: BackgroundCascade) -> None:
        """Repeat all stages with other models."""
        self.background, self._restarted = background, True
