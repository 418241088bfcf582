"""The instance networks on the holdout, and what a bundle takes of them."""

from __future__ import annotations

from collections.abc import Mapping

from edge.bundle.evidence import Precision
from edge.bundle.stages import Format, InstanceFigures
from export.gate import Margins
from export.instance_export import (
    CACHE_MIB,
    EXACT_MAKE,
    ChosenInstances,
    Show,
    held_against_float,
)
from export.instance_gate import ApDifference
from export.instance_heads import Make
from export.instance_stage import Forms, InstanceParts
from export.progress import Progress
from export.runs import HOLDOUT
from train.data.sample import DataSet
from train.evaluate.instances.judged import JudgedInstances, judge_instances
from train.instances.evaluating import ROIS
from train.instances.scenes import Frames


def judge_instances_on_holdout(
    chosen: ChosenInstances, data: DataSet, margins: Margins, progress: Progress, show: Show
) -> tuple[InstanceParts, list[ApDifference]]:
    """Hold what was chosen against float on the holdout; what is packed, and every difference.

    Args:
        chosen: On val.
        data: With defects in the holdout.
        margins: By how much AP at IoU 0.5 may fall.
        progress: Told of each step.
        show: Given the comparison before it is judged.

    Raises:
        ExportGateError: The shrunk TFLite networks are worse than float by the margin.
        ImageError: An image cannot be read.
    """
    samples = data.of(HOLDOUT)
    frames = Frames(samples, mib=CACHE_MIB)
    networks = chosen.networks
    run, forms = networks.run, networks.forms

    def judged(make: Make) -> JudgedInstances:
        found = networks.look(make, HOLDOUT, samples, frames, progress)
        return judge_instances(found, samples, data.classes)

    exact = judged(EXACT_MAKE)
    shrunk = {f: judged(make) for f, make in chosen.makes.items() if f not in chosen.refused}
    differences = held_against_float(
        networks, exact, shrunk, "the holdout", margins, chosen.refused, progress, show
    )
    makes = {f: make for f, make in chosen.makes.items() if f not in chosen.refused}
    boxes = {f: make.box_head for f, make in makes.items()}
    outlines = {f: make.mask_head for f, make in makes.items()}
    pyramids = {f: make.pyramid for f, make in makes.items()}
    judged_forms = {"float32": exact, "int8": shrunk["tflite"]}
    figures: dict[Precision, InstanceFigures] = {
        p: _figures(j, masks=run.card.masks)
        for p, j in judged_forms.items()  # type: ignore[misc]
    }
    parts = InstanceParts(
        network=f"mask_rcnn-{run.card.trunk}",
        windows={size: _kept(kinds, pyramids) for size, kinds in forms.windows.items()},
        box_head=_kept(forms.box_head, boxes),
        mask_head=forms.mask_head and _kept(forms.mask_head, outlines),
        anchors=run.anchors,
        rules=chosen.rules,
        rois=ROIS,
        figures=figures,
        openings=run.card.holdout_openings,
    )
    return parts, differences


def _kept(forms: Forms, best: Mapping[Format, Precision]) -> Forms:
    """A network in float, and in int8 in the formats where that is best."""
    return {
        (format_, precision): content
        for (format_, precision), content in forms.items()
        if precision in ("float32", best.get(format_))
    }


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
