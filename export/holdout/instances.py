"""Evaluation of the instance networks on the holdout, and their parts for the bundle."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from edge.bundle.manifest_parts import Precision
from edge.bundle.stages import BOX_HEAD, MASK_HEAD, InstanceFigures, pyramid_name
from export.choose.instances_on_val import CACHE_MIB, ChosenInstances
from export.compare.evidence import packable_rungs, with_split
from export.compare.instance_comparison import (
    MANDATORY_RUNGS,
    InstanceEvidence,
    MatchedByRung,
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
from train.evaluate.instances.matched_instances import MatchedInstances
from train.instances.evaluating import ROIS
from train.instances.scenes import Frames


@dataclass(frozen=True, slots=True, eq=False)
class InstancesHoldoutResult:
    """Results of the instance networks on the holdout.

    Attributes:
        evidence: Evidence of every form on val and holdout.
        parts: Parts to pack.
    """

    evidence: InstanceEvidence
    parts: InstanceParts


def evaluate_instances_on_holdout(
    chosen: ChosenInstances,
    data: DataSet,
    margins: Margins,
    progress: ExportProgress,
    show: Show,
    packed: Collection[Rung],
) -> InstancesHoldoutResult:
    """Compare every form that is not refused with float on the holdout.

    Args:
        chosen: Choices on val.
        data: Data set with defects in the holdout.
        margins: Non-inferiority margins.
        progress: Receives progress.
        show: Called with the comparison before it is decided.
        packed: Packed forms of the cascade; only these have golden frames.

    Raises:
        ExportGateError: Int8 TFLite is worse than float by the margin.
        ImageError: An image cannot be read.
    """
    networks = chosen.networks
    run = networks.run
    without_cascade = {
        rung: "gate and classifier are not packed in it"
        for rung in packable_rungs(chosen.evidence)
        if rung not in packed and rung not in MANDATORY_RUNGS
    }
    rungs = [rung for rung in packable_rungs(chosen.evidence) if rung not in without_cascade]
    samples = data.of(HOLDOUT)
    frames = Frames(samples, mib=CACHE_MIB)
    rung_formats = {rung: chosen.rung_formats[rung] for rung in rungs}
    found = find_instances(networks, rung_formats, HOLDOUT, samples, frames, progress)
    comparison = compare_instance_rungs(
        found.judged, HOLDOUT, margins, progress, show, masks=run.card.masks
    )
    refused = {**without_cascade, **found.refused, **comparison.refused}
    evidence = with_split(chosen.evidence, HOLDOUT, comparison, refused)
    return InstancesHoldoutResult(evidence, _parts(chosen, found.judged, packable_rungs(evidence)))


def _parts(chosen: ChosenInstances, judged: MatchedByRung, rungs: Sequence[Rung]) -> InstanceParts:
    """Parts to pack: the networks in the forms that are used."""
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
    """A network's files in the forms that are used."""
    forms = chosen.networks.forms.named[name].forms
    used = {chosen.networks.forms_used(chosen.rung_formats[rung])[name] for rung in rungs}
    return {rung: content for rung, content in forms.items() if rung in used}


def _all_figures(
    judged: MatchedByRung, rungs: Sequence[Rung], *, masks: bool
) -> dict[Precision, InstanceFigures]:
    """Figures by number format; those of TFLite if ONNX has the same format."""
    ordered = sorted(rungs, key=lambda rung: rung.format == "tflite")
    return {rung.precision: _figures(judged[rung], masks=masks) for rung in ordered}


def _figures(judged: MatchedInstances, *, masks: bool) -> InstanceFigures:
    outlines = judged.masks.figures() if judged.masks and masks else {}
    boxes = judged.boxes.figures()
    return InstanceFigures(
        box_ap50=boxes["ap50"] or 0.0,
        box_ap=boxes["ap"] or 0.0,
        mask_ap50=outlines.get("ap50"),
        mask_ap=outlines.get("ap"),
        n=len(judged.frames),
    )
