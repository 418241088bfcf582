"""What stages are timed with: the golden frames, as far as each stage would see them."""

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
class _Seen:
    """A frame and what a gate lets through of it.

    Attributes:
        pixels: The frame.
        regions: Indices of its regions that are suspicious, or of all where none is.
        boxes: Where these lie.
    """

    pixels: Pixels
    regions: NDArray[np.intp]
    boxes: tuple[Box, ...]


class Workload:
    """The work of each stage.

    Args:
        frames: The golden frames.
        gate: A cascade whose gate is right.
        clock: What it is timed by.
    """

    def __init__(
        self, frames: Sequence[Pixels], gate: Cascade, clock: Stopwatch = time.perf_counter
    ) -> None:
        self._clock = clock
        seen = [_seen(pixels, gate) for pixels in frames]
        busy = [frame for frame, suspicious in seen if suspicious]
        self.frames = [frame for frame, _ in seen]
        # Later stages do nothing for a frame without suspicion; where there are such alone, they
        # are timed with all of it.
        self.suspicious = busy or self.frames

    def runner(self, model: Gate | Classifier | InstanceModel) -> Runner:
        """Does a stage's work for one golden frame a round."""
        if isinstance(model, Gate):
            frames = [network_input(f.pixels, model.geometry) for f in self.frames]
            return clocked(model.scores, frames, self._clock)
        if isinstance(model, Classifier):
            regions = [network_input(f.pixels, model.geometry)[f.regions] for f in self.suspicious]
            return clocked(lambda batch: model.scores(batch, maps=True), regions, self._clock)
        return clocked(
            lambda seen: model.find(seen.pixels, seen.boxes), self.suspicious, self._clock
        )

    def whole(self, cascade: Cascade) -> PartRunner:
        """Does all that a line does for a frame, which is golden, and times its parts."""
        outline = self.runner(cascade.instances) if cascade.instances else None

        def run(number: int) -> dict[PartName, float]:
            frame = Frame(self.frames[number % len(self.frames)].pixels, number, 0.0, "golden")
            verdict = clocked(cascade.inspect, [frame], self._clock)
            taken: dict[PartName, float] = {"verdict": verdict(0)}
            if outline is not None:
                taken["outlines"] = outline(number)
            return taken

        return run


def _seen(pixels: Pixels, cascade: Cascade) -> tuple[_Seen, bool]:
    geometry = cascade.networks.gate.geometry
    scores = cascade.networks.gate.scores(network_input(pixels, geometry))
    suspicious = np.flatnonzero(scores >= cascade.gate_threshold)
    regions = suspicious if len(suspicious) else np.arange(len(scores))
    boxes = geometry.boxes(*pixels.shape)
    return _Seen(pixels, regions, tuple(boxes[i] for i in regions)), len(suspicious) > 0
