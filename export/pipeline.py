"""From finished runs to a bundle in memory: shrink, choose thresholds, judge, compare, pack.

Nothing is written here. Whatever fails, or is interrupted, leaves no trace.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from rich.console import RenderableType

from edge.bundle.evidence import Figures, GateReport, Precision, Unit
from edge.cascade import Cascade
from edge.errors import DataError, ExportGateError
from export.answers import stage_answers, stage_figures
from export.drift import drift_reference
from export.gate import Margins, compare, comparison_table, require_held
from export.instance_export import export_instances, window_sizes
from export.label import Label
from export.pack import Contents, pack
from export.progress import Progress
from export.promises import unit_promises
from export.runs import HOLDOUT, TRAIN, VAL, check_data, check_instances, check_pair
from export.shrink import open_cascades, shrink, with_thresholds
from export.temperature import fit_temperatures, stage_calibrations
from export.thresholds import Risk, choose_thresholds
from train.backend import load_keras
from train.data.sample import DataSet
from train.data.tiles import Tile, label_tiles
from train.evaluate.scored import Scored, by_frame
from train.evaluate.scoring import score_each
from train.finished_run import Run
from train.instances.finished import InstancesRun

REPRODUCED_WITHIN = 0.005
"""How far the float network's accuracy may lie from what its card says: half a point."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted.

    Attributes:
        label: What is written on the bundle.
        margins: By how much int8 may be worse than float.
        golden: How many golden frames.
        risk: What the gate is to promise.
        unit: What thresholds are chosen for and the decision is judged on: a whole frame, by its
            worst region, or each tile as a frame of its own.
        windows: Width and height in pixels of the instance network's windows; none takes those of
            ``export.instance_export.window_sizes``.
    """

    label: Label
    margins: Margins = field(default_factory=Margins)
    golden: int = 4
    risk: Risk = field(default_factory=Risk)
    unit: Unit = "frame"
    windows: tuple[tuple[int, int], ...] = ()


def make_bundle(
    order: Order,
    gate: Run,
    classifier: Run | None,
    data: DataSet,
    progress: Progress,
    show: Callable[[RenderableType], None] = lambda shown: None,
    instances: InstancesRun | None = None,
) -> bytes:
    """The bytes of a bundle of one to three runs.

    Args:
        order: What is wanted.
        gate: A binary run.
        classifier: A multiclass or multilabel run on the same data and regions, or None.
        data: What the runs were trained on.
        progress: Shows how it goes.
        show: Given what was chosen, and each comparison of int8 with float before it is judged.
        instances: A run of the instance network on the same data, or None.

    Raises:
        ConfigError: The runs do not make a cascade, or a window cannot be one.
        DataError: The data is not what the runs were trained on, or lacks a split or a class.
        ExportGateError: Int8 is worse than float by more than a margin.
        ImageError: An image cannot be read.
        MissingExtraError: TensorFlow is not installed.
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
    forms = {"gate": (gate, shrink(gate, data, progress))}
    if classifier:
        forms["classifier"] = (classifier, shrink(classifier, data, progress))
    temperatures = fit_temperatures(forms, data, progress)
    cascades = open_cascades(forms, temperatures)
    unit: Unit = order.unit if gate.geometry.region else "frame"
    val = _score({"int8": cascades["int8"]}, gate, data, VAL, progress)["int8"]
    thresholds = choose_thresholds(val[unit], order.risk, unit=unit)
    cascades = {p: with_thresholds(cascade, thresholds) for p, cascade in cascades.items()}
    judged = _score(cascades, gate, data, HOLDOUT, progress)
    own: Unit = "tile" if gate.geometry.region else "frame"
    answers = {p: stage_answers(j[own], j[unit], own=own, unit=unit) for p, j in judged.items()}
    differences = compare(answers["float32"], answers["int8"], order.margins)
    show(comparison_table(differences, order.margins))
    require_held(differences, order.margins)
    stages = answers["int8"]
    metrics = {s: {p: stage_figures(answers[p][s]) for p in cascades} for s in stages}
    for stage, (run, _) in forms.items():
        _check_reproduced(run, metrics[stage]["float32"])
    report = GateReport(
        split=HOLDOUT,
        accuracy_margin=order.margins.accuracy,
        recall_margin=order.margins.recall,
        min_items=order.margins.min_items,
        differences=differences,
        verdict="held",
    )
    parts = None
    if instances:
        parts = export_instances(instances, data, windows, order.margins, progress, show)
    drift = drift_reference(cascades["int8"], data, progress)
    progress.start("packing, and checking what was packed")
    promises = {
        u: unit_promises(u, scored, judged["int8"][u], thresholds, order.risk)
        for u, scored in val.items()
        if scored.defective.any()
    }
    calibrations = stage_calibrations(val[own], judged["int8"][own], own)
    contents = Contents(
        forms=forms,
        cascades=cascades,
        thresholds=thresholds,
        metrics=metrics,
        report=report,
        promises=promises,
        temperatures=temperatures,
        calibrations=calibrations,
        drift=drift,
        instances=parts,
    )
    return pack(order.label, contents, data, golden=order.golden)


def _require_splits(data: DataSet) -> None:
    for split, use in ((TRAIN, "calibrate with"), (VAL, "choose on"), (HOLDOUT, "judge by")):
        if not data.of(split):
            raise DataError(
                f"{data.root} has no {split} images to {use}",
                "Export needs train, val and holdout: millsight data split",
            )


def _score(
    cascades: Mapping[Precision, Cascade],
    gate: Run,
    data: DataSet,
    split: str,
    progress: Progress,
) -> dict[Precision, dict[Unit, Scored]]:
    """Every cascade's scores of a split's tiles and frames: each region is scored once.

    Tiles are those that training judges its networks on; there are none where networks see whole
    frames. A frame's ambiguous tiles count for the frame, as they do beside the line.
    """
    region = gate.geometry.region
    tiles: list[Tile] = [t for s in data.of(split) for t in label_tiles(s, region)]
    clear = np.array([not tile.ambiguous for tile in tiles])
    progress.start(f"scoring {split}", len(tiles))
    scored = score_each(cascades, tiles, data.classes, advance=progress.advance)
    if region is None:
        return {precision: {"frame": every} for precision, every in scored.items()}
    return {
        precision: {"tile": every.take(clear), "frame": by_frame(every, tiles)}
        for precision, every in scored.items()
    }


def _check_reproduced(run: Run, figures: Figures) -> None:
    """The deployed path must reproduce training's figure: the same pixels, the same split.

    Of a small holdout one item is more than half a point, and one may fall otherwise by rounding.
    """
    card = run.card.figures.get(HOLDOUT)
    allowed = max(REPRODUCED_WITHIN, 1.5 / figures.n)
    if card and abs(card.accuracy - figures.accuracy) > allowed:
        raise ExportGateError(
            f"{run.folder} had {card.accuracy:.1%} on the holdout in training and has "
            f"{figures.accuracy:.1%} through the deployed path; nothing was written",
            "Give the --data and --splits of the training command; the run's card.md has it",
        )
