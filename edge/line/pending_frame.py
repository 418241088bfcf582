"""What a frame is still owed after its turn, and until when."""

from __future__ import annotations

from dataclasses import dataclass

from edge.core.inspection import Cause, Inspection, Level
from edge.line.background_cascade import BackgroundCascade
from edge.line.captured import Captured
from edge.line.load_shedding import ShedStage


@dataclass(slots=True, eq=False)
class PendingFrame:
    """A frame between its turn and its record: the one place that knows what it is still owed.

    Attributes:
        captured: The frame, with its pixels.
        inspection: What is known of it so far.
        due_at: ``Clock.now()`` from which it is owed nothing more and is recorded as it stands;
            infinite where the camera waits.
        background: Models that catch it up, of the bundle that was in use at its turn; None where
            it was not deferred.
        late_verdict_ms: From its last line to a verdict that came after its turn; None where it
            had one in time, or has none.
    """

    captured: Captured
    inspection: Inspection
    due_at: float
    background: BackgroundCascade | None = None
    late_verdict_ms: float | None = None
    _anew: bool = False

    @classmethod
    def at_turn(cls, captured: Captured, inspection: Inspection, within_s: float) -> PendingFrame:
        """A frame whose turn has come.

        Args:
            captured: The frame.
            inspection: What was said of it then.
            within_s: Seconds for what is deferred: after its last line, or, where the verdict
                itself was late, after its deadline.
        """
        since = captured.due_at if inspection.cause is Cause.LATE else captured.item.taken_at
        return cls(captured, inspection, since + within_s)

    @property
    def stage(self) -> ShedStage | None:
        """The next stage that it is owed; None where it has all that its inspection asks for."""
        if self._anew or (self.inspection.cause is Cause.LATE and self.captured.has_pixels):
            return ShedStage.VERDICT
        if self.inspection.level is Level.GATED:
            return ShedStage.CLASSES
        return ShedStage.OUTLINES if self.inspection.level is Level.CLASSIFIED else None

    @property
    def urgency(self) -> int:
        """Greater for a frame that waits for more."""
        return -1 if self.stage is None else self.stage

    def advance(self, inspection: Inspection, now: float) -> None:
        """Take over what a stage has said at ``now``; the next stage may follow."""
        if self.inspection.cause is Cause.LATE and inspection.cause is None:
            self.late_verdict_ms = (now - self.captured.item.taken_at) * 1e3
        self.inspection, self._anew = inspection, False

    def begin_anew(self, background: BackgroundCascade) -> None:
        """Owe it everything again, by other models."""
        self.background, self._anew = background, True
