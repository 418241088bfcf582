"""A frame that is owed a stage."""

from __future__ import annotations

from dataclasses import dataclass

from edge.core.inspection import Inspection, Level
from edge.line.background_cascade import BackgroundCascade
from edge.line.captured import Captured
from edge.line.load_shedding import ShedStage


@dataclass(slots=True, eq=False)
class DeferredWork:
    """A frame that is owed a stage, and what is known of it.

    Attributes:
        taken: The frame, with its pixels.
        inspection: What is known of it so far.
        spare: Of the bundle that was in use when its turn came.
        due_at: ``time.monotonic()`` at which it settles as it stands; infinite where the camera
            waits.
        anew: Whether it is to be judged from the gate on, though it has been.
        late_verdict_ms: From its last line to a verdict that it got here; None where it had one.
    """

    taken: Captured
    inspection: Inspection
    spare: BackgroundCascade
    due_at: float
    anew: bool = False
    late_verdict_ms: float | None = None

    @property
    def waits_for(self) -> ShedStage:
        """The first stage that it waits for."""
        if self.anew or self.inspection.level is Level.UNINSPECTED:
            return ShedStage.VERDICT
        gated = self.inspection.level is Level.GATED
        return ShedStage.CLASSES if gated else ShedStage.OUTLINES
