"""The manifest's thresholds, chosen on val."""

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
"""Split of all choices; the holdout is only reported."""


DEFECT = "defect"
"""Name of the promise for defects of any class, beside those of single classes."""


def choose_thresholds(scored: Scored, risk: Risk, *, unit: Unit) -> Thresholds:
    """Gate and decision threshold, from the scores of int8 on val, because int8 is deployed.

    The gate threshold is lowered until every class promise holds, if that is requested. It is also
    lowered to the decision threshold if it is above: a region that the gate passes and the verdict
    then clears only costs time, and the gate's recall can only grow.

    Args:
        scored: Items of val.
        risk: Risk levels of the gate's promises.
        unit: Unit of the items.

    Raises:
        DataError: Val has only defective or only clean items.
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
    """The promises that determine the gate threshold: ``defect``, and classes."""
    named = [(DEFECT, choices.defect)]
    if choices.binding:
        named += [(n, c) for n, c in zip(classes, choices.classes, strict=True) if c and c.alpha]
    return tuple(name for name, choice in named if choice.value == choices.value)
