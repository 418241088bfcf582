"""From finished runs to a bundle in memory: shrink, judge, compare, pack.

Nothing is written here. Whatever fails, or is interrupted, leaves no trace.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from edge.bundle.evidence import Difference, Figures, GateReport, Precision, Thresholds
from edge.cascade import Cascade
from edge.errors import DataError, ExportGateError
from export.gate import Margins, compare, require_held
from export.judge import choose_thresholds, stage_figures
from export.manifest import Evidence, bundle_bytes
from export.progress import Progress
from export.regions import Region, labelled_regions, region_labels
from export.runs import Run, check_pair
from export.scoring import right_answers, score_regions
from export.shrink import open_cascades, shrink
from train.data.digest import data_digest
from train.data.sample import DataSet
from train.evaluate.scoring import items_of, score

VAL, HOLDOUT = "val", "holdout"

REPRODUCED_WITHIN = 0.005
"""How far the float network's accuracy may lie from what its card says: half a point."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be packed.

    Attributes:
        name: What the bundle is called.
        description: What it is for.
        simulated: Whether its data is simulated.
        margins: By how much int8 may be worse than float.
        golden: How many golden frames.
        alpha: Greatest share of defective groups that the gate may let through.
        delta: Chance that this promise fails.
        unit: What the thresholds are chosen for: a whole frame, or each tile as one.
    """

    name: str
    description: str
    simulated: bool = False
    margins: Margins = field(default_factory=Margins)
    golden: int = 4
    alpha: float = 0.05
    delta: float = 0.05
    unit: Literal["tile", "frame"] = "frame"


def pack(
    order: Order,
    gate: Run,
    classifier: Run | None,
    data: DataSet,
    progress: Progress,
    show: Callable[[Sequence[Difference]], None] = lambda differences: None,
) -> bytes:
    """The bytes of a bundle of one or two runs.

    Args:
        order: What is to be packed.
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
        TrainingError: A run's network cannot be loaded.
    """
    check_pair(gate, classifier)
    progress.start("checking that the data is what the runs were trained on")
    _check_data(gate, data)
    gate_forms = shrink(gate, data, progress)
    classifier_forms = shrink(classifier, data, progress) if classifier else None
    cascades = open_cascades(gate, gate_forms, classifier, classifier_forms)
    thresholds = _thresholds(order, gate, data, cascades["int8"], progress)
    metrics, differences = _judge(order, gate, classifier, data, cascades, thresholds, progress)
    show(differences)
    require_held(differences, order.margins)
    _check_reproduced(gate, metrics["gate"]["float32"])
    if classifier:
        _check_reproduced(classifier, metrics["classifier"]["float32"])
    report = GateReport(
        split=HOLDOUT,
        accuracy_margin=order.margins.accuracy,
        recall_margin=order.margins.recall,
        min_items=order.margins.min_items,
        differences=differences,
        verdict="held",
    )
    progress.start("packing, and checking what was packed")
    evidence = Evidence(thresholds, metrics, report)
    forms = {"gate": (gate, gate_forms)}
    if classifier and classifier_forms:
        forms["classifier"] = (classifier, classifier_forms)
    return bundle_bytes(
        name=order.name,
        description=order.description,
        simulated=order.simulated,
        golden=order.golden,
        forms=forms,
        cascades=cascades,
        data=data,
        evidence=evidence,
    )


def _check_data(run: Run, data: DataSet) -> None:
    """A holdout that a network was trained on would judge nothing: data and splits must be its."""
    card = run.card
    digest = data_digest(sample for split in card.data.splits for sample in data.of(split))
    if digest != card.data.digest or data.classes != card.classes:
        raise DataError(
            f"{data.root} is not the data that {run.folder} was trained on",
            "Give the --data and --splits of the training command; the run's card.md has it",
        )
    _regions(run, data, VAL)


def _regions(run: Run, data: DataSet, split: str) -> list[Region]:
    regions = labelled_regions(data, split, run.geometry)
    trained_with = run.card.data.splits.get(split)
    if trained_with != len(regions):
        raise DataError(
            f"{split} has {len(regions)} items here and had {trained_with} when {run.folder} "
            f"was trained",
            "Give the --splits of the training command; the run's card.md has it",
        )
    return regions


def _thresholds(
    order: Order, gate: Run, data: DataSet, cascade: Cascade, progress: Progress
) -> Thresholds:
    """Chosen on val for what will be judged: the frame by its worst region, or each tile alone."""
    tile = None if order.unit == "frame" else gate.geometry.region
    items = items_of(data, VAL, tile)
    progress.start("scoring val", len(items))
    scored = score(cascade, items, data.classes, advance=progress.advance)
    return choose_thresholds(
        scored.gate,
        scored.decision,
        scored.defective,
        scored.groups,
        alpha=order.alpha,
        delta=order.delta,
        unit="frame" if tile is None else "tile",
    )


def _judge(
    order: Order,
    gate: Run,
    classifier: Run | None,
    data: DataSet,
    cascades: dict[Precision, Cascade],
    thresholds: Thresholds,
    progress: Progress,
) -> tuple[dict[str, dict[Precision, Figures]], tuple[Difference, ...]]:
    """Holdout figures by stage and precision, and the comparison of the precisions."""
    regions = _regions(gate, data, HOLDOUT)
    labels = region_labels(regions, len(data.classes))
    groups = [region.sample.group for region in regions]
    progress.start("scoring the holdout", len({region.sample.path for region in regions}))
    scores = score_regions(cascades, regions, progress.advance)
    right: dict[Precision, dict[str, NDArray[np.bool_]]] = {
        precision: right_answers(
            scores[precision],
            labels,
            gate_threshold=thresholds.gate.value,
            decision_threshold=thresholds.decision.value,
            task=classifier.task if classifier else None,
        )
        for precision in cascades
    }
    figures = {
        p: stage_figures(scores[p], right[p], labels, groups, data.classes) for p in cascades
    }
    metrics = {stage: {p: figures[p][stage] for p in cascades} for stage in right["float32"]}
    differences = compare(right["float32"], right["int8"], labels, data.classes, order.margins)
    return metrics, differences


def _check_reproduced(run: Run, figures: Figures) -> None:
    """The deployed path must reproduce training's figure: the same pixels, the same split."""
    card = run.card.figures.get(HOLDOUT)
    if card and abs(card.accuracy - figures.accuracy) > REPRODUCED_WITHIN:
        raise ExportGateError(
            f"{run.folder} had {card.accuracy:.1%} on the holdout in training and has "
            f"{figures.accuracy:.1%} through the deployed path; nothing was written",
            "Give the --data and --splits of the training command; the run's card.md has it",
        )
