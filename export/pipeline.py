"""From finished runs to a bundle in memory: shrink, choose thresholds, judge, compare, pack.

Nothing is written here. Whatever fails, or is interrupted, leaves no trace.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from edge.bundle.evidence import Difference, Figures, GateReport, Precision, Thresholds, Unit
from edge.cascade import Cascade
from edge.errors import DataError, ExportGateError
from export.answers import StageAnswers, stage_answers, stage_figures
from export.gate import Margins, compare, require_held
from export.pack import Contents, Label, pack
from export.progress import Progress
from export.runs import HOLDOUT, TRAIN, VAL, Run, check_data, check_pair
from export.shrink import open_cascades, shrink, with_thresholds
from export.thresholds import choose_thresholds
from train.backend import load_keras
from train.data.sample import DataSet
from train.data.tiles import Tile, judged_tiles, label_tiles
from train.evaluate.scored import by_frame
from train.evaluate.scoring import score, score_each

REPRODUCED_WITHIN = 0.005
"""How far the float network's accuracy may lie from what its card says: half a point."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted.

    Attributes:
        label: What is written on the bundle.
        margins: By how much int8 may be worse than float.
        golden: How many golden frames.
        alpha: Greatest share of defective groups that the gate may let through.
        delta: Chance that this promise fails.
        unit: What thresholds are chosen for and the decision is judged on: a whole frame, by its
            worst region, or each tile as a frame of its own.
    """

    label: Label
    margins: Margins = field(default_factory=Margins)
    golden: int = 4
    alpha: float = 0.05
    delta: float = 0.05
    unit: Unit = "frame"


def make_bundle(
    order: Order,
    gate: Run,
    classifier: Run | None,
    data: DataSet,
    progress: Progress,
    show: Callable[[Sequence[Difference]], None] = lambda differences: None,
) -> bytes:
    """The bytes of a bundle of one or two runs.

    Args:
        order: What is wanted.
        gate: A binary run.
        classifier: A multiclass or multilabel run on the same data and regions, or None.
        data: What the runs were trained on.
        progress: Shows how it goes.
        show: Given the comparison of int8 with float before it is judged.

    Raises:
        ConfigError: The runs do not make a cascade.
        DataError: The data is not what the runs were trained on, or lacks a split or a class.
        ExportGateError: Int8 is worse than float by more than a margin.
        ImageError: An image cannot be read.
        MissingExtraError: TensorFlow is not installed.
        TrainingError: A run's network cannot be loaded.
    """
    check_pair(gate, classifier)
    _require_splits(data)
    progress.start("loading TensorFlow")
    load_keras()
    progress.start("checking that the data is what the runs were trained on")
    check_data(gate, classifier, data)
    forms = {"gate": (gate, shrink(gate, data, progress))}
    if classifier:
        forms["classifier"] = (classifier, shrink(classifier, data, progress))
    cascades = open_cascades(forms)
    unit: Unit = order.unit if gate.geometry.region else "frame"
    thresholds = _thresholds(order, unit, gate, data, cascades["int8"], progress)
    cascades = {p: with_thresholds(cascade, thresholds) for p, cascade in cascades.items()}
    answers = _judge(unit, gate, data, cascades, progress)
    differences = compare(answers["float32"], answers["int8"], order.margins)
    show(differences)
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
    progress.start("packing, and checking what was packed")
    contents = Contents(forms, cascades, thresholds, metrics, report)
    return pack(order.label, contents, data, golden=order.golden)


def _require_splits(data: DataSet) -> None:
    for split, use in ((TRAIN, "calibrate with"), (VAL, "choose on"), (HOLDOUT, "judge by")):
        if not data.of(split):
            raise DataError(
                f"{data.root} has no {split} images to {use}",
                "Export needs train, val and holdout: millsight data split",
            )


def _thresholds(
    order: Order, unit: Unit, gate: Run, data: DataSet, cascade: Cascade, progress: Progress
) -> Thresholds:
    """Chosen on val for what will be judged: the frame by its worst region, or each tile alone."""
    items = judged_tiles(data, VAL, gate.geometry.region if unit == "tile" else None)
    progress.start("scoring val", len(items))
    scored = score(cascade, items, data.classes, advance=progress.advance)
    return choose_thresholds(scored, alpha=order.alpha, delta=order.delta, unit=unit)


def _judge(
    unit: Unit,
    gate: Run,
    data: DataSet,
    cascades: Mapping[Precision, Cascade],
    progress: Progress,
) -> dict[Precision, dict[str, StageAnswers]]:
    """Every stage's answers to the holdout, by precision: each region is scored once.

    The networks are judged on the regions that training judges them on, the decision on its unit.
    A frame's ambiguous tiles count for the frame, as they do beside the line.
    """
    region = gate.geometry.region
    tiles: list[Tile] = [t for s in data.of(HOLDOUT) for t in label_tiles(s, region)]
    clear = np.array([not tile.ambiguous for tile in tiles])
    progress.start("scoring the holdout", len(tiles))
    scored = score_each(cascades, tiles, data.classes, advance=progress.advance)
    answers = {}
    for precision, every in scored.items():
        own = every.take(clear)
        judged = own if unit == "tile" or region is None else by_frame(every, tiles)
        answers[precision] = stage_answers(own, judged, unit=unit, whole=region is None)
    return answers


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
