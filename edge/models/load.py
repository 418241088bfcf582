"""The models of a bundle, loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from edge.bundle.stages import BOX_HEAD, MASK_HEAD, pyramid_name
from edge.engines.base import Engine, file_format, open_engine
from edge.instances.anchors import Anchors
from edge.instances.rules import ClassRule
from edge.models.classifier import Classifier
from edge.models.gate import Gate
from edge.models.instances import InstanceModel
from edge.models.stage import StageModel
from edge.preprocess import Geometry

if TYPE_CHECKING:
    from edge.bundle import Bundle
    from edge.bundle.stages import InstanceStage, Stage

_Model = TypeVar("_Model", bound=StageModel)


@dataclass(frozen=True, slots=True)
class Loader:
    """Loads a bundle's models in one engine and precision.

    Attributes:
        bundle: Whose models.
        engine: Engine name; None takes the first installed.
        precision: ``int8`` or ``float32``.
        threads: Threads for each model.
    """

    bundle: Bundle
    engine: str | None
    precision: str
    threads: int

    def gate(self) -> Gate:
        """The gate.

        Raises:
            EngineError: No engine is installed, or it refuses the model.
            BundleError: The bundle has no such model.
        """
        return self._stage_model(Gate, "gate", self.bundle.manifest.stages.gate)

    def classifier(self) -> Classifier | None:
        """The classifier, or None where the bundle has none; raises as ``gate`` does."""
        stage = self.bundle.manifest.stages.classifier
        return self._stage_model(Classifier, "classifier", stage) if stage else None

    def instances(self) -> InstanceModel | None:
        """The instance model, or None where the bundle has none; raises as ``gate`` does."""
        stage = self.bundle.manifest.stages.instances
        if stage is None:
            return None
        name, format_ = self.bundle.manifest.name, file_format(self.engine)
        engines = {
            network: self._open(self.bundle.files[form.file])
            for network, form in stage.forms(name, self.precision, format_).items()
        }
        return instance_model(stage, engines, self.bundle.manifest.classes)

    def _stage_model(self, kind: type[_Model], name: str, stage: Stage) -> _Model:
        return kind(
            self._open(self.bundle.model(name, self.precision, file_format(self.engine))),
            Geometry(stage.geometry.region, stage.geometry.input),
            stage.outputs,
            stage.activation,
            stage.temperature,
        )

    def _open(self, model: bytes) -> Engine:
        return open_engine(model, name=self.engine, threads=self.threads)


def instance_model(
    stage: InstanceStage, engines: Mapping[str, Engine], classes: tuple[str, ...]
) -> InstanceModel:
    """The instance model of a stage.

    Args:
        stage: As the manifest describes it.
        engines: Its networks, by the names that ``stage.networks`` has for them.
        classes: Names of the classes.
    """
    return InstanceModel(
        {window.size: engines[pyramid_name(window.size)] for window in stage.windows},
        engines[BOX_HEAD],
        engines.get(MASK_HEAD),
        classes=classes,
        anchors=Anchors(stage.anchors),
        rules=tuple(ClassRule(rule.score, rule.min_area_px) for rule in stage.rules),
        rois=stage.rois,
    )


def instance_engines(model: InstanceModel) -> dict[str, Engine]:
    """The engines of an instance model, by the names that the manifest has for its networks."""
    named = {pyramid_name(size): engine for size, engine in model.pyramids.items()}
    named[BOX_HEAD] = model.box_head
    if model.mask_head is not None:
        named[MASK_HEAD] = model.mask_head
    return named
