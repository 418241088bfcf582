"""The cascade: gate, classifier and instance model turn a frame into its inspection.

The gate scores every region. Regions at or above the *gate* threshold (set for recall) go to the
classifier; the *decision* threshold gives the verdict. A region's decision score is the mean of the
two networks' probabilities of a defect if both have judged it, else the gate's probability. The
gate threshold is never above the decision threshold, so a region that the gate stops could not
reach the decision threshold by its gate score.

The verdict does not wait for outlines: ``inspect`` returns it. If the bundle has an instance model
and the frame is defective, the level is ``classified`` until ``outline`` raises it to ``full``.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from edge.core.clock import SYSTEM_CLOCK, Clock
from edge.core.errors import ImageError, NotFiniteError
from edge.core.frame import Frame, Pixels
from edge.core.inspection import (
    Cause,
    Inspection,
    Level,
    uninspected,
)
from edge.vision.instance_defects import outlined
from edge.vision.models.classifier import Classifier, ClassScores
from edge.vision.models.gate import Gate
from edge.vision.models.load import (
    Choices,
    ModelLoader,
    instance_engines,
)
from edge.vision.region_defects import region_defects
from edge.vision.region_networks import RegionNetworks
from edge.vision.region_scores import decision_scores

if TYPE_CHECKING:
    from edge.bundle import Bundle
    from edge.bundle.manifest import FrameSizes
    from edge.vision.models.instances import InstanceModel

Permit = Callable[[str, int], bool]
"""Called with a stage's name and a number of regions before it runs; False skips the stage."""


class Cascade:
    """The models of a bundle, run one after another.

    Args:
        gate: Scores all regions.
        classifier: Scores the suspicious regions; None if the bundle has none.
        classes: Names of the defect classes, in the classifier's order.
        gate_threshold: Lowest gate score of a suspicious region.
        decision_threshold: Lowest decision score of a defective region.
        sizes: Accepted frame sizes; None accepts every frame that holds a region.
        instances: Outlines defects on defective frames; None if the bundle has none.
        clock: Measures the stages' times.

    Attributes:
        networks: The gate and the classifier.
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
        instances: InstanceModel | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self.networks = RegionNetworks(gate, classifier)
        self.classes = classes
        self.gate_threshold = gate_threshold
        self.decision_threshold = decision_threshold
        self.instances = instances
        self._sizes = sizes
        self._clock = clock

    @classmethod
    def from_bundle(
        cls,
        bundle: Bundle,
        *,
        engine: str | None = None,
        precision: str = "int8",
        threads: int = 2,
        stages: Choices | None = None,
    ) -> Cascade:
        """Load a bundle's models.

        Args:
            bundle: The bundle.
            engine: Engine name; None takes the first installed one.
            precision: Number format, such as ``int8``.
            threads: Threads for each model.
            stages: Per-stage engine choices from this device's tuning plan; they override
                ``engine``, ``precision`` and ``threads``.

        Raises:
            EngineError: No engine is installed, or it cannot load a model.
            BundleError: The bundle has no model of this precision.
        """
        manifest = bundle.manifest
        loader = ModelLoader(bundle, engine, precision, threads, stages or {})
        return cls(
            loader.gate(),
            loader.classifier(),
            classes=manifest.classes,
            gate_threshold=manifest.thresholds.gate.value,
            decision_threshold=manifest.thresholds.decision.value,
            sizes=manifest.frame,
            instances=loader.instances(),
        )

    @property
    def engine_name(self) -> str:
        """Names of the engines in use, such as ``litert`` or ``litert+onnx``."""
        stages = (self.networks.gate, self.networks.classifier)
        engines = [stage.engine for stage in stages if stage is not None]
        if self.instances is not None:
            engines += instance_engines(self.instances).values()
        return "+".join(dict.fromkeys(engine.name for engine in engines))

    def with_networks(self, networks: RegionNetworks) -> Cascade:
        """A copy of this cascade with another gate and classifier."""
        other = copy.copy(self)
        other.networks = networks
        return other

    def warm_up(self) -> None:
        """Run each network once, because the first run is several times slower than later ones."""
        for stage in (self.networks.gate, self.networks.classifier):
            if stage is not None:
                width, height = stage.geometry.input
                stage.probabilities(np.zeros((1, height, width), dtype=np.uint8))
        if self.instances is not None:
            for engine in instance_engines(self.instances).values():
                engine.run_tensors(np.zeros(engine.input_shape, dtype=np.float32))

    def inspect(self, frame: Frame, *, permit: Permit | None = None) -> Inspection:
        """Judge a frame.

        A frame of the wrong size, or one that a network gives a score of that is no finite number,
        comes back ``uninspected`` with its cause, and a defective one ``classified`` where it is
        still to be outlined.
        """
        stages_ms: dict[str, float] = {}
        started = self._clock.now()
        try:
            self._check_size(frame.pixels)
            inputs = self.networks.inputs(frame.pixels)
        except ImageError as error:
            return uninspected(frame, Cause.WRONG_SIZE, error.what)
        prepared = self._clock.now()
        stages_ms["preprocess"] = (prepared - started) * 1e3

        try:
            scores = self.networks.gate_scores(inputs)
            stages_ms["gate"] = (self._clock.now() - prepared) * 1e3
            return self._judged(frame, inputs, scores, stages_ms, permit)
        except NotFiniteError as error:
            return uninspected(frame, Cause.NOT_FINITE, error.what)

    def classify(self, frame: Frame, inspection: Inspection) -> Inspection:
        """Complete the inspection of a ``gated`` frame with the classifier, reusing gate scores.

        A frame of any other level is inspected from the beginning.

        Args:
            frame: The frame.
            inspection: Its result from ``inspect``.

        Raises:
            EngineError: The engine failed.
        """
        if inspection.level is not Level.GATED or inspection.gate_scores is None:
            return self.inspect(frame)
        spent = dict(inspection.stages_ms)
        started = self._clock.now()
        inputs = self.networks.inputs(frame.pixels)
        spent["preprocess"] += (self._clock.now() - started) * 1e3
        try:
            return self._judged(frame, inputs, inspection.gate_scores, spent)
        except NotFiniteError as error:
            return uninspected(frame, Cause.NOT_FINITE, error.what)

    def _judged(
        self,
        frame: Frame,
        inputs: NDArray[np.uint8],
        scores: NDArray[np.float32],
        stages_ms: dict[str, float],
        permit: Permit | None = None,
    ) -> Inspection:
        """The inspection that follows from the gate's scores [regions] of a frame."""
        boxes = self.networks.gate.geometry.boxes(*frame.pixels.shape)
        gated = self._clock.now()
        level = Level.FULL
        classes: ClassScores | None = None
        suspicious = np.flatnonzero(scores >= self.gate_threshold)
        decision = scores.copy()
        if len(suspicious) and self.networks.classifier is not None:
            if permit is None or permit("classifier", len(suspicious)):
                classes = self.networks.class_scores(frame.pixels, inputs, suspicious)
                decision[suspicious] = decision_scores(scores[suspicious], classes)
                stages_ms["classifier"] = (self._clock.now() - gated) * 1e3
            else:
                level = Level.GATED

        passed_on = tuple(boxes[i] for i in suspicious)
        defects = region_defects(
            passed_on,
            decision[suspicious],
            classes,
            classes=self.classes,
            threshold=self.decision_threshold,
        )
        if defects and level is Level.FULL and self.instances is not None:
            level = Level.CLASSIFIED
        best = classes.classes.max(axis=0) if classes else ()
        return Inspection(
            source=frame.source,
            frame=frame.number,
            level=level,
            position_mm=frame.position_mm,
            length_mm=frame.length_mm,
            at=frame.at,
            defective=bool(defects),
            defect_score=float(decision.max()),
            class_scores={
                name: float(score) for name, score in zip(self.classes, best, strict=False)
            },
            suspicious=passed_on,
            defects=defects,
            stages_ms=stages_ms,
            gate_scores=scores,
        )

    def outline(self, frame: Frame, inspection: Inspection) -> Inspection:
        """Outline and measure the defects of a ``classified`` frame; others are returned unchanged.

        Instances take the place of the defective regions that they explain. The verdict stands, and
        the frame stays ``classified`` where a network gives what is no finite number.

        Args:
            frame: The frame.
            inspection: Its result from ``inspect``.

        Raises:
            EngineError: The engine failed.
        """
        if self.instances is None or inspection.level is not Level.CLASSIFIED:
            return inspection
        started = self._clock.now()
        try:
            found = self.instances.find(frame.pixels, inspection.suspicious)
        except NotFiniteError:
            return inspection
        defects = outlined(inspection.defects, found, frame, self.classes)
        spent_ms = (self._clock.now() - started) * 1e3
        return replace(
            inspection,
            level=Level.FULL,
            defects=defects,
            stages_ms={**inspection.stages_ms, "instances": spent_ms},
        )

    def _check_size(self, pixels: Pixels) -> None:
        height, width = pixels.shape
        if self._sizes is not None and not self._sizes.accepts(width, height):
            raise ImageError(f"a frame of {width}×{height}; the bundle takes {self._sizes}")
