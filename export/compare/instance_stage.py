"""The bundle's stage of the instance networks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from edge.bundle.manifest_parts import Precision
from edge.bundle.stages import (
    InstanceFigures,
    InstanceRule,
    InstanceStage,
    ModelFile,
    WindowModels,
)
from edge.vision.engines.base import open_engine
from edge.vision.instances.anchors import Anchors
from edge.vision.instances.rules import ClassRule
from edge.vision.models.instances import InstanceModel
from edge.vision.models.load import instance_model
from export.convert.every_form import Forms, put_models
from export.convert.forms import Rung
from train.regions.card import RunOpening


@dataclass(frozen=True, slots=True)
class InstanceParts:
    """The parts of a finished instance run that are packed.

    Attributes:
        network: Name of the architecture.
        windows: The pyramid, by width and height of its window in pixels.
        box_head: In float32, and in the forms that keep its average precision.
        mask_head: Likewise; None without masks.
        anchors: Anchor shapes of its proposals.
        rules: Rule of each class, chosen on val.
        rois: Largest number of proposals per frame that the heads take.
        figures: Holdout figures, by precision.
        openings: Every evaluation of the holdout by training or export.
    """

    network: str
    windows: Mapping[tuple[int, int], Forms]
    box_head: Forms
    mask_head: Forms | None
    anchors: Anchors
    rules: tuple[ClassRule, ...]
    rois: int
    figures: Mapping[Precision, InstanceFigures] = field(default_factory=dict)
    openings: tuple[RunOpening, ...] = ()


def instance_stage(parts: InstanceParts, files: dict[str, bytes]) -> InstanceStage:
    """Describe the stage, and add its networks to the files.

    Only the first window is packed in float32 too, as a reference; each further one would add a
    megabyte per format.
    """

    def put(part: str, forms: Forms) -> tuple[ModelFile, ...]:
        return put_models(f"instances-{part}", forms, files)

    first, *others = parts.windows.items()
    windows = [first, *((size, _without_float32(forms)) for size, forms in others)]
    return InstanceStage(
        network=parts.network,
        windows=tuple(
            WindowModels(size=size, models=put(f"pyramid-{size[0]}x{size[1]}", forms))
            for size, forms in windows
        ),
        box_head=put("box-head", parts.box_head),
        mask_head=put("mask-head", parts.mask_head) if parts.mask_head else None,
        anchors=parts.anchors.shapes,
        rules=tuple(InstanceRule(score=r.score, min_area_px=r.min_area_px) for r in parts.rules),
        rois=parts.rois,
        figures=dict(parts.figures),
    )


def open_stage(
    stage: InstanceStage, files: Mapping[str, bytes], classes: tuple[str, ...], rung: Rung
) -> InstanceModel:
    """The instance model as a device opens it in one form; networks without it run in float32.

    Raises:
        BundleError: A network lacks both.
    """
    engines = {
        name: open_engine(files[form.file])
        for name, form in stage.forms("that is packed", rung.precision, rung.format).items()
    }
    return instance_model(stage, engines, classes)


def _without_float32(forms: Forms) -> Forms:
    """Leave out float32 unless it is the only form."""
    return {rung: form for rung, form in forms.items() if rung.precision != "float32"} or forms
