"""Thresholds from val and figures from the holdout, as they go into the manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from edge.bundle.evidence import DecisionThreshold, Figures, GateThreshold, Thresholds
from edge.errors import DataError
from export.gate import Right, figure_items
from export.scoring import SplitScores
from train.evaluate.metrics import auroc, group_bootstrap, wilson
from train.thresholds import decision_threshold, gate_threshold

SPLIT = "val"
"""Every choice is made on it; the holdout only reports."""


def choose_thresholds(
    gate: NDArray[np.float32],
    decision: NDArray[np.float32],
    defective: NDArray[np.bool_],
    groups: Sequence[str] | NDArray[np.str_],
    *,
    alpha: float,
    delta: float,
    unit: str,
) -> Thresholds:
    """Both thresholds, from int8 scores of val.

    The gate's is lowered to the decision's where it came out above: a region that the gate lets
    through and the verdict then clears costs time and nothing else, and its recall only grows.

    Args:
        gate: Int8 gate scores of n items.
        decision: What is held against the decision threshold, [n].
        defective: Which items show a defect, [n].
        groups: Near-duplicates share one, [n].
        alpha: Greatest share of defective groups that the gate may let through.
        delta: Chance that this promise fails.
        unit: What an item is: tile or frame.

    Raises:
        DataError: No item of val is defective, or all are.
    """
    if defective.all() or not defective.any():
        what = "no clean" if defective.all() else "no defective"
        raise DataError(
            f"the {SPLIT} split has {what} {unit}s, so no threshold can be chosen",
            "Split the data again, with both kinds in each split",
        )
    choice = gate_threshold(gate, defective, list(groups), alpha=alpha, delta=delta)
    verdict = decision_threshold(decision, defective)
    value = min(choice.value, verdict.value)
    lowered = ", then lowered to the decision threshold" if value < choice.value else ""
    missed = np.asarray(groups)[defective & (gate < value)]
    return Thresholds(
        gate=GateThreshold(
            value=value,
            alpha=choice.alpha,
            delta=choice.delta,
            n=choice.n,
            unit=f"group of near-duplicate {unit}s",
            method=choice.method + lowered,
            split=SPLIT,
            achieved_recall=1.0 - len(np.unique(missed)) / choice.n,
        ),
        decision=DecisionThreshold(
            value=verdict.value, split=SPLIT, method=verdict.method, n=verdict.n, unit=unit
        ),
    )


def stage_figures(
    scores: SplitScores,
    right: Right,
    labels: NDArray[np.bool_],
    groups: Sequence[str],
    classes: Sequence[str],
) -> Mapping[str, Figures]:
    """Figures of one precision by stage. Intervals are bootstrapped over groups.

    Args:
        scores: Of n items.
        right: Whether each answer is right, by stage.
        labels: Which classes each shows, [n, classes].
        groups: Near-duplicates share one, [n].
        classes: Names of the classes.
    """
    defective = labels.any(axis=1)
    ranked = {"gate": scores.gate, "decision": scores.decision}
    if scores.none is not None:
        ranked["classifier"] = 1.0 - scores.none
    return {
        stage: Figures(
            accuracy=float(answers.mean()),
            accuracy_interval=_interval(answers, groups),
            auroc=auroc(defective, ranked[stage]),
            n=len(answers),
            recall_per_class={
                figure.removeprefix("recall of "): float(answers[items].mean())
                if items.any()
                else None
                for figure, items in figure_items(stage, labels, classes).items()
                if figure != "accuracy"
            },
        )
        for stage, answers in right.items()
    }


def _interval(right: NDArray[np.bool_], groups: Sequence[str]) -> tuple[float, float]:
    interval = group_bootstrap(groups, lambda rows: float(right[rows].mean()))
    return interval or wilson(int(right.sum()), len(right))
