"""The thresholds that go into the manifest, chosen on val."""

from __future__ import annotations

import numpy as np

from edge.bundle.evidence import DecisionThreshold, GateThreshold, Thresholds, Unit
from edge.errors import DataError
from train.evaluate.scored import Scored
from train.thresholds import decision_threshold, gate_threshold

SPLIT = "val"
"""Every choice is made on it; the holdout only reports."""


def choose_thresholds(scored: Scored, *, alpha: float, delta: float, unit: Unit) -> Thresholds:
    """Both thresholds, from int8 scores of val: int8 is what is deployed.

    The gate's is lowered to the decision's where it came out above: a region that the gate lets
    through and the verdict then clears costs time and nothing else, and its recall only grows.

    Args:
        scored: Items of val.
        alpha: Greatest share of defective groups that the gate may let through.
        delta: Chance that this promise fails.
        unit: What an item is.

    Raises:
        DataError: No item of val is defective, or all are.
    """
    defective = scored.defective
    if defective.all() or not defective.any():
        what = "no clean" if defective.all() else "no defective"
        raise DataError(
            f"the {SPLIT} split has {what} {unit}s, so no threshold can be chosen",
            "Split the data again, with both kinds in each split",
        )
    choice = gate_threshold(scored.gate, defective, scored.groups, alpha=alpha, delta=delta)
    verdict = decision_threshold(scored.decision, defective)
    value = min(choice.value, verdict.value)
    lowered = ", then lowered to the decision threshold" if value < choice.value else ""
    missed = scored.groups[defective & (scored.gate < value)]
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
