"""From finished runs to a bundle in memory: shrink, choose on val, judge on the holdout, pack.

Nothing is written here. Whatever fails, or is interrupted, leaves no trace.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.console import RenderableType

from edge.bundle.manifest_parts import GateReport
from edge.core.errors import DataError
from export.choose.form_tables import instances_ladder_table, ladder_table
from export.choose.instances_on_val import (
    ChosenInstances,
    choose_instances,
    window_sizes,
)
from export.choose.on_val import ChosenOnVal, choose
from export.compare.bounds import CONFIDENCE, RESAMPLES
from export.compare.evidence import packed_rungs, room_for_outlines
from export.compare.instance_stage import InstanceParts
from export.compare.non_inferiority import comparison_table
from export.convert.cascade_forms import tflite_metrics
from export.convert.forms import REQUIRED
from export.holdout.cascade import (
    HoldoutResult,
    judge,
    packed,
    require_int8,
)
from export.holdout.instances import judge_instances_on_holdout
from export.holdout.promises import unit_promises
from export.pack.bundle import BundleContents, pack
from export.progress import ExportProgress
from export.report import Report, make_report
from export.score.input_checks import (
    HOLDOUT,
    TRAIN,
    VAL,
    check_data,
    check_instances,
    check_pair,
)
from export.score.temperature import stage_calibrations
from export.settings import ExportSettings
from train.backend import load_keras
from train.data.sample import DataSet
from train.instances.finished import InstancesRun
from train.regions.finished import Run

Show = Callable[[RenderableType], None]


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export gives.

    Attributes:
        bundle: The bundle's bytes; None where the holdout stayed closed.
        report: All that was found out, with latencies and pictures, packed or not.
    """

    bundle: bytes | None
    report: Report


def make_bundle(
    order: ExportSettings,
    gate: Run,
    classifier: Run | None,
    data: DataSet,
    progress: ExportProgress,
    show: Show = lambda shown: None,
    instances: InstancesRun | None = None,
    more: Sequence[DataSet] = (),
) -> Exported:
    """A bundle of one to three runs, and the report of how it came to be.

    Args:
        order: What is wanted.
        gate: A binary run.
        classifier: A multiclass or multilabel run on the same data and regions, or None.
        data: What the runs were trained on.
        progress: Shows how it goes.
        show: Given what was chosen, and each comparison with float before it is judged.
        instances: A run of the instance network on the same data, or None.
        more: Data sets whose val images gate and classifier are chosen on besides.

    Raises:
        ConfigError: The runs do not make a cascade, a window cannot be one, or ``more`` cannot be
            chosen on.
        DataError: The data is not what the runs were trained on, or lacks a split or a class.
        ExportGateError: Int8 TFLite is worse than float by a margin.
        ImageError: An image cannot be read.
        MissingExtraError: TensorFlow or the converter to ONNX is not installed.
        TrainingError: A run's network cannot be loaded.
    """
    check_pair(gate, classifier)
    _require_splits(data)
    windows = window_sizes(instances, data, order.windows) if instances else ()
    progress.start("loading TensorFlow")
    load_keras()
    progress.start("checking that the data is what the runs were trained on")
    check_data(gate, classifier, data)
    if instances:
        check_instances(instances, data)
    runs = {"gate": gate} | ({"classifier": classifier} if classifier else {})
    chosen = choose(order, runs, data, progress, show, more)
    outlines = None
    if instances:
        outlines = choose_instances(
            instances,
            data,
            windows,
            order.margins,
            progress,
            show,
            order.rungs,
            room_for_outlines(chosen.proofs),
            order.remedies,
        )
    if order.dry:
        _show_ladders(chosen, outlines, VAL, show)
        progress.start("writing the report")
        return Exported(None, make_report(order, chosen, None, outlines, data))
    judged = judge(chosen, order, runs, data, progress)
    differences = chosen.proofs[REQUIRED].differences[HOLDOUT]
    show(comparison_table(differences, "the holdout", order.margins))
    require_int8(chosen)
    parts = outlines and judge_instances_on_holdout(
        outlines, data, order.margins, progress, show, packed(chosen)
    )
    _show_ladders(chosen, outlines, HOLDOUT, show)
    progress.start("writing the report")
    report = make_report(order, chosen, judged, outlines, data)
    progress.start("packing, and checking what was packed")
    contents = _contents(order, chosen, judged, parts, report)
    return Exported(pack(order.label, contents, data, golden=order.golden), report)


def _show_ladders(
    chosen: ChosenOnVal, outlines: ChosenInstances | None, split: str, show: Show
) -> None:
    show(ladder_table(chosen.proofs, split))
    if outlines:
        show(instances_ladder_table(outlines.proofs, split))


def _contents(
    order: ExportSettings,
    chosen: ChosenOnVal,
    judged: HoldoutResult,
    parts: InstanceParts | None,
    report: Report,
) -> BundleContents:
    proofs, margins = chosen.proofs, order.margins
    rungs = packed(chosen)
    val, holdout = chosen.scored[REQUIRED], judged.scored[REQUIRED]
    stages = proofs[REQUIRED].figures[HOLDOUT]
    return BundleContents(
        stages=chosen.stages,
        rungs=rungs,
        thresholds=chosen.thresholds,
        metrics={
            stage: tflite_metrics({rung: proofs[rung].figures[HOLDOUT][stage] for rung in rungs})
            for stage in stages
        },
        gate_report=GateReport(
            split=HOLDOUT,
            accuracy_margin=margins.accuracy,
            recall_margin=margins.recall,
            auroc_margin=margins.auroc,
            confidence=CONFIDENCE,
            resamples=RESAMPLES,
            differences=proofs[REQUIRED].differences[HOLDOUT],
            rungs=packed_rungs(proofs, HOLDOUT),
            verdict="held",
        ),
        promises={
            unit: unit_promises(unit, scored, holdout[unit], chosen.thresholds, order.risk)
            for unit, scored in val.items()
            if scored.defective.any()
        },
        temperatures=chosen.temperatures,
        calibrations=stage_calibrations(val[chosen.own], holdout[chosen.own], chosen.own),
        drift=chosen.drift,
        report=report.packed,
        instances=parts,
        sources=chosen.sources,
    )


def _require_splits(data: DataSet) -> None:
    for split, use in ((TRAIN, "calibrate with"), (VAL, "choose on"), (HOLDOUT, "judge by")):
        if not data.of(split):
            raise DataError(
                f"{data.root} has no {split} images to {use}",
                "Export needs train, val and holdout: millsight data split",
            )
