"""Loads the models of a bundle into engines."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeVar

from edge.bundle.stages import BOX_HEAD, MASK_HEAD, pyramid_name
from edge.core.geometry import Geometry
from edge.vision.engines.base import (
    Engine,
    file_format,
    open_engine,
)
from edge.vision.instances.anchors import Anchors
from edge.vision.instances.rules import ClassRule
from edge.vision.models.classifier import Classifier
from edge.vision.models.gate import Gate
from edge.vision.models.instances import InstanceModel
from edge.vision.models.stage import StageModel
from edge.vision.models.stated_shapes import require_input, require_outputs

if TYPE_CHECKING:
    from edge.bundle import Bundle
    from edge.bundle.stages import InstanceStage, Stage

_Model = TypeVar("_Model", bound=StageModel)

_MASK_SIDE = 28
"""Rows and columns of a mask as the mask head gives it."""

StageName = Literal["gate", "classifier", "instances"]


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """The engine, number format and threads of a stage's networks.

    Attributes:
        engine: Engine name; None takes the first installed one.
        precision: Number format, such as ``int8``.
        threads: Threads for each network.
    """

    engine: str | None
    precision: str
    threads: int


def default_choice() -> EngineChoice:
    """The choice for every stage without options and without a tuning plan."""
    return EngineChoice(None, "int8", min(2, os.cpu_count() or 1))


Choices = Mapping[StageName, EngineChoice]
"""Engine choices by stage; a stage that is missing here has the default."""


@dataclass(frozen=True, slots=True)
class ModelLoader:
    """Loads a bundle's models in one engine and precision, or each stage in its own.

    Attributes:
        bundle: The bundle.
        engine: Engine name; None takes the first installed one.
        precision: Number format, such as ``int8``.
        threads: Threads for each model.
        stages: Per-stage engine choices; they override ``engine``, ``precision`` and ``threads``.
    """

    bundle: Bundle
    engine: str | None
    precision: str
    threads: int
    stages: Choices = field(default_factory=dict)

    def choice(self, stage: StageName) -> EngineChoice:
        """The engine choice for a stage."""
        return self.stages.get(stage) or EngineChoice(self.engine, self.precision, self.threads)

    def gate(self) -> Gate:
        """Load the gate.

        Raises:
            EngineError: No engine is installed, or it refuses the model.
            BundleError: The bundle has no such model, or it is not of the shape that is stated.
        """
        return self._stage_model(Gate, "gate", self.bundle.manifest.stages.gate)

    def classifier(self) -> Classifier | None:
        """Load the classifier; None if the bundle has none. Raises as ``gate`` does."""
        stage = self.bundle.manifest.stages.classifier
        return self._stage_model(Classifier, "classifier", stage) if stage else None

    def instances(self) -> InstanceModel | None:
        """Load the instance model; None if the bundle has none. Raises as ``gate`` does."""
        stage = self.bundle.manifest.stages.instances
        if stage is None:
            return None
        choice = self.choice("instances")
        forms = stage.forms(self.bundle.manifest.name, choice.precision, file_format(choice.engine))
        engines = {
            network: _open(self.bundle.files[form.file], choice) for network, form in forms.items()
        }
        classes = self.bundle.manifest.classes
        for window in stage.windows:
            if (pyramid := engines.get(pyramid_name(window.size))) is not None:
                require_input(pyramid, window.size)
        require_outputs(engines[BOX_HEAD], (len(classes) + 5,))
        if MASK_HEAD in engines:
            require_outputs(engines[MASK_HEAD], (_MASK_SIDE, _MASK_SIDE, len(classes)))
        return instance_model(stage, engines, classes)

    def _stage_model(
        self, kind: type[_Model], name: Literal["gate", "classifier"], stage: Stage
    ) -> _Model:
        choice = self.choice(name)
        model = self.bundle.model(name, choice.precision, file_format(choice.engine))
        engine = _open(model, choice)
        require_input(engine, stage.geometry.input)
        require_outputs(engine, (len(stage.outputs),))
        return kind(
            engine,
            Geometry(stage.geometry.region, stage.geometry.input),
            stage.outputs,
            stage.activation,
            stage.temperature,
        )


def _open(model: bytes, choice: EngineChoice) -> Engine:
    return open_engine(model, name=choice.engine, threads=choice.threads)


def instance_model(
    stage: InstanceStage, engines: Mapping[str, Engine], classes: tuple[str, ...]
) -> InstanceModel:
    """Build the instance model of a stage from loaded engines.

    Args:
        stage: The stage in the manifest.
        engines: Its networks, by their names in ``stage.networks``; at least one pyramid.
        classes: Names of the classes.
    """
    return InstanceModel(
        {
            window.size: engines[pyramid_name(window.size)]
            for window in stage.windows
            if pyramid_name(window.size) in engines
        },
        engines[BOX_HEAD],
        engines.get(MASK_HEAD),
        classes=classes,
        anchors=Anchors(stage.anchors),
        rules=tuple(ClassRule(rule.score, rule.min_area_px) for rule in stage.rules),
        rois=stage.rois,
    )


def instance_engines(model: InstanceModel) -> dict[str, Engine]:
    """The engines of an instance model, by the names of its networks in the manifest."""
    named = {pyramid_name(size): engine for size, engine in model.pyramids.items()}
    named[BOX_HEAD] = model.box_head
    if model.mask_head is not None:
        named[MASK_HEAD] = model.mask_head
    return named
