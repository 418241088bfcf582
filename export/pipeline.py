"""From finished runs to a bundle in memory: convert, choose on val, test on the holdout, pack.

Nothing is written to disk here, so a failed or interrupted export leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rich.console import RenderableType

from edge.bundle.manifest_parts import GateReport
from edge.core.errors import DataError
from export.choose.form_tables import instances_ladder_table, ladder_table
from export.choose.instances_on_val import choose_instances, window_sizes
from export.choose.on_val import choose
from export.compare.bounds import CONFIDENCE, RESAMPLES
from export.compare.evidence import bytes_for_instances, packed_rungs
from export.compare.non_inferiority import comparison_table
from export.convert.cascade_forms import tflite_metrics
from export.convert.forms import REQUIRED
from export.holdout.cascade import evaluate_on_holdout, require_int8
from export.holdout.instances import evaluate_instances_on_holdout
from export.holdout.promises import unit_promises
from export.holdout.results import ExportResults
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
class ExportInputs:
    """The inputs of an export.

    Attributes:
        gate: A binary run.
        classifier: A multiclass or multilabel run on the same data and regions, or None.
        data: The runs' training data.
        instances: A run of the instance network on the same data, or None.
        more: Data sets whose val images are added to val for gate and classifier.
    """

    gate: Run
    classifier: Run | None
    data: DataSet
    instances: InstancesRun | None = None
    more: Sequence[DataSet] = ()

    @property
    def cascade(self) -> dict[str, Run]:
        """The runs of the gate and, if there is one, the classifier, by stage."""
        return {"gate": self.gate} | ({"classifier": self.classifier} if self.classifier else {})


@dataclass(frozen=True, slots=True)
class Exported:
    """The results of an export.

    Attributes:
        bundle: The bundle's bytes; None if the holdout stayed closed.
        report: All results, including latencies and pictures that are not packed.
    """

    bundle: bytes | None
    report: Report


def make_bundle(
    settings: ExportSettings,
    inputs: ExportInputs,
    progress: ExportProgress,
    show: Show = lambda shown: None,
) -> Exported:
    """Make a bundle from one to three runs, with its report.

    Args:
        settings: The export's settings.
        inputs: The runs and their data.
        progress: Receives progress.
        show: Called with the tables of choices, and with each comparison before it is decided.

    Raises:
        ConfigError: The runs do not form a cascade, a window size is invalid, or ``inputs.more``
            cannot be used.
        DataError: The data differs from the runs' training data, or lacks a split or a class.
        ExportGateError: Int8 TFLite is worse than float by a margin.
        ImageError: An image cannot be read.
        MissingExtraError: TensorFlow or the converter to ONNX is not installed.
        TrainingError: A run's network cannot be loaded.
    """
    windows = _check(settings, inputs, progress)
    results = _choose(settings, inputs, windows, progress, show)
    if settings.dry:
        return Exported(None, _report(results, progress, show))
    results = _evaluate_on_holdout(results, inputs, progress, show)
    report = _report(results, progress, show)
    progress.start("packing and checking the bundle")
    contents = _contents(results, report)
    return Exported(pack(settings.label, contents, inputs.data, golden=settings.golden), report)


def _check(
    settings: ExportSettings, inputs: ExportInputs, progress: ExportProgress
) -> tuple[tuple[int, int], ...]:
    """Check that runs and data match; return the instance network's window sizes."""
    gate, classifier, instances, data = (
        inputs.gate,
        inputs.classifier,
        inputs.instances,
        inputs.data,
    )
    check_pair(gate, classifier)
    _require_splits(data)
    windows = window_sizes(instances, data, settings.windows) if instances else ()
    progress.start("loading TensorFlow")
    load_keras()
    progress.start("comparing the data with the runs' training data")
    check_data(gate, classifier, data)
    if instances:
        check_instances(instances, data)
    return windows


def _choose(
    settings: ExportSettings,
    inputs: ExportInputs,
    windows: tuple[tuple[int, int], ...],
    progress: ExportProgress,
    show: Show,
) -> ExportResults:
    """All choices on val."""
    data = inputs.data
    chosen = choose(settings, inputs.cascade, data, progress, show, inputs.more)
    instances = None
    if inputs.instances:
        room = bytes_for_instances(chosen.evidence)
        instances = choose_instances(
            inputs.instances,
            data,
            windows,
            settings.margins,
            progress,
            show,
            settings.rungs,
            room,
            settings.remedies,
        )
    return ExportResults(settings, chosen, instances=instances)


def _evaluate_on_holdout(
    results: ExportResults, inputs: ExportInputs, progress: ExportProgress, show: Show
) -> ExportResults:
    """Add the results on the holdout; the holdout is opened only here.

    Raises:
        ExportGateError: Int8 TFLite is worse than float.
    """
    settings, chosen = results.settings, results.chosen
    on_holdout = evaluate_on_holdout(chosen, settings, inputs.cascade, inputs.data, progress)
    differences = on_holdout.evidence[REQUIRED].differences[HOLDOUT]
    show(comparison_table(differences, "the holdout", settings.margins))
    require_int8(on_holdout, chosen)
    instances_on_holdout = None
    if results.instances:
        instances_on_holdout = evaluate_instances_on_holdout(
            results.instances, inputs.data, settings.margins, progress, show, on_holdout.packed
        )
    return replace(results, on_holdout=on_holdout, instances_on_holdout=instances_on_holdout)


def _report(results: ExportResults, progress: ExportProgress, show: Show) -> Report:
    """Show every form, and assemble the report."""
    show(ladder_table(results.evidence, results.split))
    if results.instances:
        show(instances_ladder_table(results.instance_evidence, results.split))
    progress.start("writing the report")
    return make_report(results)


def _contents(results: ExportResults, report: Report) -> BundleContents:
    chosen, on_holdout, settings = results.chosen, results.on_holdout, results.settings
    assert on_holdout is not None
    evidence, rungs, margins = on_holdout.evidence, on_holdout.packed, settings.margins
    val, holdout = chosen.scored[REQUIRED], on_holdout.scored[REQUIRED]
    parts = results.instances_on_holdout
    return BundleContents(
        stages=chosen.stages,
        rungs=rungs,
        thresholds=chosen.thresholds,
        metrics={
            stage: tflite_metrics({rung: evidence[rung].figures[HOLDOUT][stage] for rung in rungs})
            for stage in evidence[REQUIRED].figures[HOLDOUT]
        },
        gate_report=GateReport(
            split=HOLDOUT,
            accuracy_margin=margins.accuracy,
            recall_margin=margins.recall,
            auroc_margin=margins.auroc,
            confidence=CONFIDENCE,
            resamples=RESAMPLES,
            differences=evidence[REQUIRED].differences[HOLDOUT],
            rungs=packed_rungs(evidence, HOLDOUT),
            verdict="held",
        ),
        promises={
            unit: unit_promises(unit, scored, holdout[unit], chosen.thresholds, settings.risk)
            for unit, scored in val.items()
            if scored.defective.any()
        },
        temperatures=chosen.temperatures,
        calibrations=stage_calibrations(val[chosen.own], holdout[chosen.own], chosen.own),
        drift=chosen.drift,
        report=report.packed,
        instances=parts.parts if parts else None,
        sources=chosen.sources,
    )


def _require_splits(data: DataSet) -> None:
    for split, use in ((TRAIN, "calibrate on"), (VAL, "choose on"), (HOLDOUT, "test on")):
        if not data.of(split):
            raise DataError(
                f"{data.root} has no {split} images to {use}",
                "Export needs train, val and holdout: millsight data split",
            )
