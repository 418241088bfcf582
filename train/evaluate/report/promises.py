"""The gate's promises beside measurements: on the holdout at export, and on these items."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from edge.bundle.promises import Promise, UnitPromises
from train.data.eda.palette import class_labels
from train.evaluate.report.evaluation_blocks import ClassGroupsBlock, EvaluationBlock
from train.evaluate.subject import Subject


class PromiseRow(NamedTuple):
    """One promise.

    Attributes:
        label: The defects that it covers.
        promise: The promise from the bundle.
        here: Measurement on these items; None if their unit differs.
    """

    label: str
    promise: Promise
    here: ClassGroupsBlock | None

    @property
    def missed_rate(self) -> float | None:
        """Share of groups that the gate missed on these items; None without groups."""
        if self.here is None or self.here.group_recall is None:
            return None
        return 1 - self.here.group_recall


class PromiseTable(NamedTuple):
    """The promises for tiles, or for frames.

    Attributes:
        unit: Tile or frame.
        promised: The promises from the bundle.
        rows: Any defect first, then each class.
        measured: Whether these items are of that unit.
    """

    unit: str
    promised: UnitPromises
    rows: Sequence[PromiseRow]
    measured: bool


def promise_tables(subject: Subject, figures: EvaluationBlock) -> list[PromiseTable]:
    """A table for each unit.

    Args:
        subject: The bundle and the data.
        figures: The figures of the evaluation.
    """
    promises = subject.bundle.manifest.promises
    return [
        _table(unit, promised, figures if unit == subject.unit else None)
        for unit, promised in promises.items()
    ]


def _table(unit: str, promised: UnitPromises, figures: EvaluationBlock | None) -> PromiseTable:
    rows = [PromiseRow("any defect", promised.defect, _any_defect(figures))]
    names = promised.per_class
    for label, (name, promise) in zip(class_labels(tuple(names)), names.items(), strict=True):
        rows.append(PromiseRow(label, promise, _of_class(figures, name)))
    return PromiseTable(unit, promised, rows, figures is not None)


def _any_defect(figures: EvaluationBlock | None) -> ClassGroupsBlock | None:
    if figures is None:
        return None
    gate, binary = figures.gate, figures.binary
    return ClassGroupsBlock(group_recall=gate.group_recall, n_groups=binary.n_defective_groups)


def _of_class(figures: EvaluationBlock | None, name: str) -> ClassGroupsBlock | None:
    """The figures of a class; None if the data set lacks it."""
    return None if figures is None else figures.gate.per_class.get(name, ClassGroupsBlock())
