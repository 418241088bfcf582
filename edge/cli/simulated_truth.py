"""What the simulated line really showed, beside what was said of it."""

from __future__ import annotations

from typing import Any

from edge.cameras.simulated import SimulatedCamera
from edge.core.inspection import Inspection, Level


class SimulatedTruth:
    """Holds each verdict against the simulated camera's own knowledge of the frame."""

    def __init__(self, camera: SimulatedCamera) -> None:
        self._camera = camera
        self.defective = 0
        self.found = 0
        self.clean = 0
        self.false_alarms = 0

    def add(self, inspection: Inspection) -> None:
        """Count one frame; one without a verdict at its turn is no part of the tally."""
        if inspection.level is Level.UNINSPECTED:
            return
        if self._camera.truth(inspection.frame):
            self.defective += 1
            self.found += inspection.defective
        else:
            self.clean += 1
            self.false_alarms += inspection.defective

    def as_json(self) -> dict[str, Any]:
        """Frames with a verdict, by what they were drawn with and what was said."""
        return {
            "defective_frames": self.defective,
            "found": self.found,
            "missed": self.defective - self.found,
            "clean_frames": self.clean,
            "false_alarms": self.false_alarms,
        }

    def __str__(self) -> str:
        return (
            f"The simulated line drew a defect on {self.defective} of these frames: {self.found} "
            f"found, {self.defective - self.found} missed; {self.false_alarms} of "
            f"{self.clean} clean frames were false alarms."
        )
