"""The instance networks on the holdout, and what a bundle takes of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from edge.bundle.manifest_parts import Precision
from edge.bundle.stages import BOX_HEAD, MASK_HEAD, InstanceFigures, pyramid_name
from export.choose.instances_on_val import CACHE_MIB, ChosenInstances
from export.compare.evidence import standing, with_split
from export.compare.instance_comparison import (
    FIRM,
    InstanceEvidence,
    Judged,
    Show,
    compare_instance_rungs,
    find_instances,
)
from export.compare.instance_stage import InstanceParts
from export.convert.every_form import Forms
from export.convert.forms import Rung
from export.progress import ExportProgress
from export.score.input_checks import HOLDOUT
from export.settings import Margins
from train.data.sample import DataSet
from train.evaluate.instances.judged import JudgedInstances
from train.instances.evaluating import ROIS
from train.instances.scenes import Frames


@dataclass(frozen=True, slots=True, eq=False)
class InstancesHoldoutResult:
    """What the holdout said of the instance networks.

    Attributes:
        evidence: Of every rung, of val and of the holdout.
        parts: What is packed.
    """

    evidence: InstanceEvidence
    parts: InstanceParts


def judge_instances_on_holdout(
    chosen: ChosenInstances,
    data: DataSet,
    margins: Margins,
    progress: ExportProgress,
    show: Show,
    packed: Collection[Rung],
) -> InstancesHoldoutResult:
    """Hold every rung that stands against float on the holdout.

    Args:
        chosen: On val.
        data: With defects in the holdout.
        margins: By how much AP at IoU 0.5 may fall.
        progress: Told of each step.
        show: Given the comparison before it is judged.
        packed: Rungs of the cascade: golden frames are scored in these alone.

    Raises:
        ExportGateError: Int8 TFLite is worse than float by the margin.
        ImageError: An image cannot be read.
    """
    networks = chosen.networks
    run = networks.run
    without_cascade = {
        rung: "gate and classifier are not packed in it"
        for rung in standing(chosen.evidence)
        if rung not in packed and rung not in FIRM
    }
    rungs = [rung for rung in standing(chosen.evidence) if rung not in without_cascade]
    samples = data.of(HOLDOUT)
    frames = Frames(samples, mib=CACHE_MIB)
    rung_formats = {rung: chosen.rung_formats[rung] for rung in rungs}
    found = find_instances(networks, rung_formats, HOLDOUT, samples, frames, progress)
    comparison = compare_instance_rungs(
        found.judged, HOLDOUT, margins, progress, show, masks=run.card.masks
    )
    refused = {**without_cascade, **found.refused, **comparison.refused}
    evidence = with_split(chosen.evidence, HOLDOUT, comparison, refused)
    return InstancesHoldoutResult(evidence, _parts(chosen, found.judged, standing(evidence)))


def _parts(chosen: ChosenInstances, judged: Judged, rungs: Sequence[Rung]) -> InstanceParts:
    """What is packed: the networks in the forms that the rungs run them in."""
    run, forms = chosen.networks.run, chosen.networks.forms
    kept = {name: _kept(chosen, name, rungs) for name in forms.named}
    return InstanceParts(
        network=f"mask_rcnn-{run.card.trunk}",
        windows={size: kept[pyramid_name(size)] for size in forms.windows},
        box_head=kept[BOX_HEAD],
        mask_head=kept.get(MASK_HEAD),
        anchors=run.anchors,
        rules=chosen.rules,
        rois=ROIS,
        figures=_all_figures(judged, rungs, masks=run.card.masks),
        openings=run.card.holdout_openings,
    )


def _kept(chosen: ChosenInstances, name: str, rungs: Sequence[Rung]) -> Forms:
    """A network's files that the rungs run it in."""
    forms = chosen.networks.forms.named[name].forms
    used = {chosen.networks.forms_used(chosen.rung_formats[rung])[name] for rung in rungs}
    return {rung: content for rung, content in forms.items() if rung in used}


def _all_figures(
    judged: Judged, rungs: Sequence[Rung], *, masks: bool
) -> dict[Precision, InstanceFigures]:
    """By number format; TFLite's where ONNX has it too."""
    ordered = sorted(rungs, key=lambda rung: rung.format == "tflite")
    return {rung.precision: _figures(judged[rung], masks=masks) for rung in ordered}


def _figures(judged: JudgedInstances, *, masks: bool) -> InstanceFigures:
    outlines = judged.masks.figures() if judged.masks and masks else {}
    boxes = judged.boxes.figures()
    return InstanceFigures(
        box_ap50=boxes["ap50"] or 0.0,
        box_ap=boxes["ap"] or 0.0,
        mask_ap50=outlines.get("ap50"),
        mask_ap=outlines.get("ap"),
        n=len(judged.frames),
    )
