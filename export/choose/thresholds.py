"""The thresholds that go into the manifest, chosen on val."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from edge.bundle.manifest_parts import (
    DecisionThreshold,
    GateThreshold,
    Thresholds,
    Unit,
)
from edge.core.errors import DataError
from export.settings import Risk
from train.evaluate.scored import Scored
from train.evaluate.thresholds import (
    GateChoices,
    decision_threshold,
    missed_groups,
)

SPLIT = "val"
"""Every choice is made on it; the holdout only reports."""


DEFECT = "defect"
"""Name of the promise over defects of any class, beside the classes' own."""


def choose_thresholds(scored: Scored, risk: Risk, *, unit: Unit) -> Thresholds:
    """Both thresholds, from int8 scores of val: int8 is what is deployed.

    The gate's is lowered to where every class's promise holds, if that is asked for, and to the
    decision's where it came out above: a region that the gate lets through and the verdict then
    clears costs time and nothing else, and its recall only grows.

    Args:
        scored: Items of val.
        risk: What the gate is to promise.
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
    choices = risk.choose(scored)
    verdict = decision_threshold(scored.decision, defective)
    value, method = choices.value, choices.defect.method
    if value < choices.defect.value:
        method += f", then lowered for class {', '.join(binding_promises(choices, scored.classes))}"
    if verdict.value < value:
        value, method = verdict.value, method + ", then lowered to the decision threshold"
    missed = missed_groups(scored.groups, defective, scored.gate < np.float32(value))
    return Thresholds(
        gate=GateThreshold(
            value=value,
            alpha=choices.defect.alpha,
            delta=risk.delta,
            n=choices.defect.n,
            unit=f"group of near-duplicate {unit}s",
            method=method,
            split=SPLIT,
            achieved_recall=1.0 - float(missed.mean()),
        ),
        decision=DecisionThreshold(
            value=verdict.value, split=SPLIT, method=verdict.method, n=verdict.n, unit=unit
        ),
    )


def binding_promises(choices: GateChoices, classes: Sequence[str]) -> tuple[str, ...]:
    """Which promises ask for the lowest threshold: ``defect``, and classes."""
    named = [(DEFECT, choices.defect)]
    if choices.binding:
        named += [(n, c) for n, c in zip(classes, choices.classes, strict=True) if c and c.alpha]
    return tuple(name for name, choice in named if choice.value == choices.value)
