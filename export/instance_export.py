"""From a finished instance run to what a bundle takes of it: shrink, choose on val, judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from rich.console import RenderableType
from rich.text import Text

from edge.bundle.evidence import Precision
from edge.bundle.stages import Format, InstanceFigures
from edge.instances.anchors import STRIDES
from edge.instances.rules import ClassRule
from export.gate import Margins
from export.instance_gate import (
    ApDifference,
    compare_instances,
    instances_table,
    require_instances_held,
)
from export.instance_heads import Make, Networks, Trial, chosen_of, trials_table, try_heads
from export.instance_stage import Forms, InstanceParts
from export.instances import shrink_instances
from export.progress import Progress
from export.runs import HOLDOUT, TRAIN, VAL
from train.data.sample import DataSet
from train.evaluate.instances.judged import JudgedInstances, judge_instances
from train.evaluate.instances.rules import choose_rules
from train.instances.evaluating import ROIS
from train.instances.finished import InstancesRun
from train.instances.plan import require_halved
from train.instances.scenes import Frames

FORMATS: tuple[Format, ...] = ("tflite", "onnx")

LARGEST = 2**20
"""Pixels of a frame that is a window unasked; several windows look at a larger one as fast."""

_CACHE_MIB = 512
"""Decoded frames kept from one pass to the next."""


def window_sizes(
    run: InstancesRun, data: DataSet, wanted: Sequence[tuple[int, int]] = ()
) -> tuple[tuple[int, int], ...]:
    """Width and height of each window that the pyramid is exported for, each once.

    Args:
        run: Finished.
        data: With a train split.
        wanted: Those asked for. Without any: the run's own and, where it holds the run's and its
            sides allow it, the whole frame of the size that train has most of.

    Raises:
        ConfigError: A side is no multiple of the coarsest stride.
    """
    coarsest = STRIDES[-1]
    for size in wanted:
        require_halved(size, "--windows")
    if wanted:
        return tuple(dict.fromkeys(wanted))
    own = run.card.window
    ((frame, _),) = Counter((s.width, s.height) for s in data.of(TRAIN)).most_common(1)
    holds = frame[0] >= own[0] and frame[1] >= own[1]
    whole = not (frame[0] % coarsest or frame[1] % coarsest)
    fits = holds and whole and frame[0] * frame[1] <= LARGEST
    return tuple(dict.fromkeys([own, frame])) if fits else (own,)


def export_instances(
    run: InstancesRun,
    data: DataSet,
    sizes: Sequence[tuple[int, int]],
    margins: Margins,
    progress: Progress,
    show: Callable[[RenderableType], None],
) -> InstanceParts:
    """Shrink a run's networks, choose heads and rules on val, and hold them against float.

    Args:
        run: Finished, on this data; see ``export.runs.check_instances``.
        data: With train, and with defects in val and holdout.
        sizes: Of ``window_sizes``.
        margins: By how much AP at IoU 0.5 may fall.
        progress: Told of each step.
        show: Given what was chosen, and the comparison before it is judged.

    Raises:
        DataError: Train lacks a class.
        ExportGateError: The shrunk networks are worse than float by more than the margin, or a
            float file does not compute what Keras computes.
        ImageError: An image cannot be read.
        MissingExtraError: The converter to ONNX is not installed.
        TrainingError: A network cannot be loaded.
    """
    networks = Networks(run, shrink_instances(run, data, sizes, progress))
    chosen = _choose_heads(networks, data, progress, show)
    val = data.of(VAL)
    rules = choose_rules(chosen["tflite"].found, val, len(data.classes))
    show(_in_words(sizes, rules, data.classes))
    makes = {format_: trial.make for format_, trial in chosen.items()}
    judged = _judge(networks, makes, data, margins, progress, show)
    forms = networks.forms
    kept = {format_: (make.box_head, make.mask_head) for format_, make in makes.items()}
    return InstanceParts(
        network=f"mask_rcnn-{run.card.trunk}",
        windows=forms.windows,
        box_head=_kept(forms.box_head, {f: box for f, (box, _) in kept.items()}),
        mask_head=forms.mask_head and _kept(forms.mask_head, {f: m for f, (_, m) in kept.items()}),
        anchors=run.anchors,
        rules=rules,
        rois=ROIS,
        figures={p: _figures(j, masks=run.card.masks) for p, j in judged.items()},
        openings=run.card.holdout_openings,
    )


def _choose_heads(
    networks: Networks,
    data: DataSet,
    progress: Progress,
    show: Callable[[RenderableType], None],
) -> dict[Format, Trial]:
    samples = data.of(VAL)
    frames = Frames(samples, mib=_CACHE_MIB)
    trials = {f: try_heads(networks, f, samples, frames, progress) for f in FORMATS}
    show(trials_table([trial for tried in trials.values() for trial in tried]))
    return {format_: chosen_of(tried) for format_, tried in trials.items()}


def _judge(
    networks: Networks,
    makes: dict[Format, Make],
    data: DataSet,
    margins: Margins,
    progress: Progress,
    show: Callable[[RenderableType], None],
) -> dict[Precision, JudgedInstances]:
    """The TFLite networks on the holdout, in float and shrunk.

    Raises:
        ExportGateError: Those of a format are worse than float by more than the margin.
    """
    samples = data.of(HOLDOUT)
    frames = Frames(samples, mib=_CACHE_MIB)

    def judged(make: Make) -> JudgedInstances:
        found = networks.look(make, HOLDOUT, samples, frames, progress)
        return judge_instances(found, samples, data.classes)

    exact = judged(Make("tflite", pyramid="float32"))
    shrunk = {format_: judged(make) for format_, make in makes.items()}
    progress.start("drawing groups for intervals of AP50")
    masks = networks.run.card.masks
    differences: list[ApDifference] = []
    for format_, one in shrunk.items():
        differences += compare_instances(exact, one, format_, margins, masks=masks)
    show(instances_table(differences, exact, margins))
    require_instances_held(differences, margins)
    return {"float32": exact, "int8": shrunk["tflite"]}


def _kept(forms: Forms, best: dict[Format, Precision]) -> Forms:
    """A head in float, and in int8 in the formats where that is best."""
    return {
        (format_, precision): content
        for (format_, precision), content in forms.items()
        if precision in ("float32", best[format_])
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


def _in_words(
    sizes: Sequence[tuple[int, int]], rules: Sequence[ClassRule], classes: Sequence[str]
) -> Text:
    windows = ", ".join(f"{width}×{height}" for width, height in sizes)
    counted = "; ".join(
        f"{name} from a score of {rule.score:g} and {rule.min_area_px} px on"
        for name, rule in zip(classes, rules, strict=True)
    )
    return Text(f"instances: windows of {windows}; on val these rules were chosen: {counted}")
