"""The workload for timing stages: the golden frames, cut to what each stage processes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.core.frame import Frame, Pixels
from edge.core.geometry import Box
from edge.tune.compare import PartRunner
from edge.tune.race import Runner, Stopwatch, clocked
from edge.tune.tuning_plan import PartName
from edge.vision.cascade import Cascade
from edge.vision.models.classifier import Classifier
from edge.vision.models.gate import Gate
from edge.vision.models.instances import InstanceModel
from edge.vision.preprocess import network_input


@dataclass(frozen=True, slots=True, eq=False)
class _GatedFrame:
    """A frame and the regions that the gate passes on.

    Attributes:
        pixels: The frame.
        regions: Indices of its suspicious regions, or of all regions if none is suspicious.
        boxes: The boxes of these regions.
    """

    pixels: Pixels
    regions: NDArray[np.intp]
    boxes: tuple[Box, ...]


class Workload:
    """The work of each stage.

    Args:
        frames: The golden frames.
        gate: A cascade with a verified gate.
        clock: Stopwatch for the measurements.
    """

    def __init__(
        self, frames: Sequence[Pixels], gate: Cascade, clock: Stopwatch = time.perf_counter
    ) -> None:
        self._clock = clock
        gated = [_gated(pixels, gate) for pixels in frames]
        suspicious = [frame for frame, is_suspicious in gated if is_suspicious]
        self.frames = [frame for frame, _ in gated]
        # Later stages do nothing on a clean frame. If all frames are clean, later stages are timed
        # on all regions.
        self.suspicious = suspicious or self.frames

    def runner(self, model: Gate | Classifier | InstanceModel) -> Runner:
        """A runner that does a stage's work on one golden frame per round."""
        if isinstance(model, Gate):
            frames = [network_input(f.pixels, model.geometry) for f in self.frames]
            return clocked(model.scores, frames, self._clock)
        if isinstance(model, Classifier):
            regions = [network_input(f.pixels, model.geometry)[f.regions] for f in self.suspicious]
            return clocked(lambda batch: model.scores(batch, maps=True), regions, self._clock)
        return clocked(
            lambda frame: model.find(frame.pixels, frame.boxes), self.suspicious, self._clock
        )

    def whole(self, cascade: Cascade) -> PartRunner:
        """A runner that inspects one golden frame per round like the line, and times its parts."""
        outline = self.runner(cascade.instances) if cascade.instances else None

        def run(number: int) -> dict[PartName, float]:
            frame = Frame(self.frames[number % len(self.frames)].pixels, number, 0.0, "golden")
            verdict = clocked(cascade.inspect, [frame], self._clock)
            taken: dict[PartName, float] = {"verdict": verdict(0)}
            if outline is not None:
                taken["outlines"] = outline(number)
            return taken

        return run


def _gated(pixels: Pixels, cascade: Cascade) -> tuple[_GatedFrame, bool]:
    geometry = cascade.networks.gate.geometry
    scores = cascade.networks.gate.scores(network_input(pixels, geometry))
    suspicious = np.flatnonzero(scores >= cascade.gate_threshold)
    regions = suspicious if len(suspicious) else np.arange(len(scores))
    boxes = geometry.boxes(*pixels.shape)
    return _GatedFrame(pixels, regions, tuple(boxes[i] for i in regions)), len(suspicious) > 0
