"""Gate, then class: from a frame to its inspection.

The gate scores every region. Regions at or above the *gate* threshold (set for recall) go to the
classifier; the *decision* threshold gives the verdict. The score that is held against it is the
mean of the two networks' probabilities of a defect where both have judged the region, and the
gate's alone elsewhere. The gate threshold never lies above the decision threshold, so a region
that the gate stops could not have changed the verdict by the gate's own judgement. Regions past the
strip's edge score 0: there is nothing to inspect.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from edge.engines.base import Engine, open_engine
from edge.errors import BundleError, ImageError
from edge.frame import Frame, Pixels
from edge.heat import heat_in
from edge.inspection import Cause, Defect, Inspection, Level, uninspected
from edge.models.classifier import Classifier, ClassScores
from edge.models.gate import Gate
from edge.preprocess import Box, Geometry, network_input, past_the_edge
from edge.touching import DefectiveRegion, join_touching

if TYPE_CHECKING:
    from edge.bundle import Bundle
    from edge.bundle.manifest import FrameSizes, Stage
    from edge.models.stage import Activation

Permit = Callable[[str, int], bool]
"""Asked with a stage's name and a number of regions before it runs; False gives the stage up."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Scores of every region of a frame, the gate hiding none.

    Attributes:
        boxes: The regions.
        gate: The gate's probability of a defect, [regions].
        classes: The classifier's scores; None where the bundle has no classifier.
        decision: What is held against the decision threshold, [regions].
    """

    boxes: list[Box]
    gate: NDArray[np.float32]
    classes: ClassScores | None
    decision: NDArray[np.float32]


class Cascade:
    """The models of a bundle, and how one leads to the next.

    Args:
        gate: Scores all regions.
        classifier: Scores the suspicious ones; None where the bundle has none.
        classes: Names of the defect classes, in the classifier's order.
        gate_threshold: From this score on a region is suspicious.
        decision_threshold: From this score on a region is defective.
        sizes: Which frames are inspected; None takes all that a region fits in.
    """

    def __init__(
        self,
        gate: Gate,
        classifier: Classifier | None,
        *,
        classes: tuple[str, ...],
        gate_threshold: float,
        decision_threshold: float,
        sizes: FrameSizes | None = None,
    ) -> None:
        if classifier and classifier.geometry.region != gate.geometry.region:
            raise BundleError("the bundle's gate and classifier look at different regions")
        self.gate = gate
        self.classifier = classifier
        self.classes = classes
        self.gate_threshold = gate_threshold
        self.decision_threshold = decision_threshold
        self._sizes = sizes

    @classmethod
    def from_bundle(
        cls,
        bundle: Bundle,
        *,
        engine: str | None = None,
        precision: str = "int8",
        threads: int = 2,
    ) -> Cascade:
        """Load a bundle's models.

        Raises:
            EngineError: No engine is installed, or it refuses a model.
            BundleError: The bundle has no model of that precision.
        """
        manifest = bundle.manifest

        def parts(
            name: str, stage: Stage
        ) -> tuple[Engine, Geometry, tuple[str, ...], Activation, float]:
            model = bundle.model(name, precision)
            return (
                open_engine(model, name=engine, threads=threads),
                Geometry(stage.geometry.region, stage.geometry.input),
                stage.outputs,
                stage.activation,
                stage.temperature,
            )

        second = manifest.stages.classifier
        return cls(
            Gate(*parts("gate", manifest.stages.gate)),
            Classifier(*parts("classifier", second)) if second else None,
            classes=manifest.classes,
            gate_threshold=manifest.thresholds.gate.value,
            decision_threshold=manifest.thresholds.decision.value,
            sizes=manifest.frame,
        )

    def warm_up(self) -> None:
        """Run each network once: a first run is several times slower than the next."""
        for stage in (self.gate, self.classifier):
            if stage is not None:
                width, height = stage.geometry.input
                stage.probabilities(np.zeros((1, height, width), dtype=np.uint8))

    def judge(self, pixels: Pixels) -> Judgement:
        """Score every region of a frame [lines, columns] with both networks, for evaluation.

        Raises:
            ImageError: The frame is smaller than a region.
        """
        inputs = network_input(pixels, self.gate.geometry)
        beyond = past_the_edge(inputs)
        gate = self.gate.scores(inputs)
        gate[beyond] = 0.0
        boxes = self.gate.geometry.boxes(*pixels.shape)
        if self.classifier is None:
            return Judgement(boxes, gate, None, gate)
        classes = self.classifier.scores(self._classifier_input(pixels, inputs, None))
        classes.classes[beyond], classes.none[beyond] = 0.0, 1.0
        return Judgement(boxes, gate, classes, decision_scores(gate, classes))

    def inspect(self, frame: Frame, *, permit: Permit | None = None) -> Inspection:
        """Inspect one frame.

        A frame of the wrong size comes back ``uninspected`` with its cause.
        """
        stages_ms: dict[str, float] = {}
        started = time.perf_counter()
        try:
            self._check_size(frame.pixels)
            inputs = network_input(frame.pixels, self.gate.geometry)
            boxes = self.gate.geometry.boxes(*frame.pixels.shape)
        except ImageError as error:
            return uninspected(frame, Cause.WRONG_SIZE, error.what)
        prepared = time.perf_counter()
        stages_ms["preprocess"] = (prepared - started) * 1e3

        scores = self.gate.scores(inputs)
        scores[past_the_edge(inputs)] = 0.0
        gated = time.perf_counter()
        stages_ms["gate"] = (gated - prepared) * 1e3

        level = Level.FULL
        classes: ClassScores | None = None
        suspicious = np.flatnonzero(scores >= self.gate_threshold)
        decision = scores.copy()
        if len(suspicious) and self.classifier is not None:
            if permit is None or permit("classifier", len(suspicious)):
                chosen = self._classifier_input(frame.pixels, inputs, suspicious)
                classes = self.classifier.scores(chosen, maps=True)
                decision[suspicious] = decision_scores(scores[suspicious], classes)
                stages_ms["classifier"] = (time.perf_counter() - gated) * 1e3
            else:
                level = Level.GATED

        defects = self._defects(boxes, suspicious, decision, classes)
        best = classes.classes.max(axis=0) if classes else ()
        return Inspection(
            source=frame.source,
            frame=frame.number,
            level=level,
            position_mm=frame.position_mm,
            length_mm=frame.length_mm,
            defective=bool(defects),
            defect_score=float(decision.max()),
            class_scores={
                name: float(score) for name, score in zip(self.classes, best, strict=False)
            },
            suspicious=tuple(boxes[i] for i in suspicious),
            defects=defects,
            stages_ms=stages_ms,
            gate_scores=scores,
        )

    def _check_size(self, pixels: Pixels) -> None:
        height, width = pixels.shape
        if self._sizes is not None and not self._sizes.accepts(width, height):
            raise ImageError(f"a frame of {width}×{height}; the bundle takes {self._sizes}")

    def _classifier_input(
        self, pixels: Pixels, inputs: NDArray[np.uint8], chosen: NDArray[np.intp] | None
    ) -> NDArray[np.uint8]:
        assert self.classifier is not None
        if self.classifier.geometry != self.gate.geometry:
            inputs = network_input(pixels, self.classifier.geometry)
        return inputs if chosen is None else inputs[chosen]

    def _defects(
        self,
        boxes: list[Box],
        suspicious: NDArray[np.intp],
        decision: NDArray[np.float32],
        classes: ClassScores | None,
    ) -> tuple[Defect, ...]:
        found: dict[str, list[DefectiveRegion]] = {}
        for row, region in enumerate(suspicious):
            if decision[region] < self.decision_threshold:
                continue
            if classes is None:
                unnamed = DefectiveRegion(boxes[region], float(decision[region]))
                found.setdefault("", []).append(unnamed)
                continue
            best = int(classes.classes[row].argmax())
            score = float(classes.classes[row, best])
            heat = None
            if classes.maps is not None:
                heat = heat_in(boxes[region], classes.maps[row, ..., best])
            named = DefectiveRegion(boxes[region], score, heat)
            found.setdefault(self.classes[best], []).append(named)
        return tuple(
            defect for name, regions in found.items() for defect in join_touching(name, regions)
        )


def decision_scores(gate: NDArray[np.float32], classes: ClassScores) -> NDArray[np.float32]:
    """Mean of both networks' probabilities of a defect, [n]."""
    return np.asarray((gate + (1.0 - classes.none)) / 2, dtype=np.float32)
