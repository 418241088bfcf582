"""The gate's promises, made on val, with the miss rates on the holdout."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edge.bundle.manifest_parts import Thresholds, Unit
from edge.bundle.promises import Promise, Rate, UnitPromises
from export.choose.thresholds import SPLIT, binding_promises
from export.settings import Risk
from train.evaluate.metrics import share, share_interval, wilson
from train.evaluate.scored import Scored
from train.evaluate.thresholds import (
    GateChoice,
    miss_upper_limit,
    missed_groups,
)

METHOD_UNSEEN = "no item shows it"


def unit_promises(
    unit: Unit, val: Scored, holdout: Scored, thresholds: Thresholds, risk: Risk
) -> UnitPromises:
    """All promises of one unit at the deployed threshold, even if it was chosen for the other unit.

    Args:
        unit: Unit of the items.
        val: Items on which promises are made, at least one of them defective.
        holdout: Items on which they are tested.
        thresholds: The deployed thresholds.
        risk: Risk levels of the promises.
    """
    choices = risk.choose(val)
    value = thresholds.gate.value

    def promise(
        choice: GateChoice | None, in_val: NDArray[np.bool_], in_holdout: NDArray[np.bool_]
    ) -> Promise:
        missed = missed_groups(val.groups, in_val, _missed(val, value))
        later = missed_groups(holdout.groups, in_holdout, _missed(holdout, value))
        alpha = choice.alpha if choice else None
        return Promise(
            alpha=alpha,
            delta=risk.delta,
            n=len(missed),
            method=choice.method if choice else METHOD_UNSEEN,
            value=choice.value if choice else None,
            kept=choice is not None and alpha is not None and value <= choice.value,
            achieved_recall=share(~missed),
            miss_limit=miss_upper_limit(int(missed.sum()), len(missed), risk.delta),
            holdout=_rate(later, wilson(int(later.sum()), len(later))),
            holdout_items=_item_rate(holdout, in_holdout, _missed(holdout, value)),
        )

    clean = ~holdout.defective
    return UnitPromises(
        counted=f"group of near-duplicate {unit}s, let through where any of them that shows it is",
        deployed=thresholds.decision.unit == unit,
        value=choices.value,
        bound_by=binding_promises(choices, val.classes),
        split=SPLIT,
        defect=promise(choices.defect, val.defective, holdout.defective),
        per_class={
            name: promise(choices.classes[i], val.truth[:, i], holdout.truth[:, i])
            for i, name in enumerate(val.classes)
        },
        clean_passed_on=_item_rate(holdout, clean, ~_missed(holdout, value)),
    )


def _missed(scored: Scored, value: float) -> NDArray[np.bool_]:
    """Items that the gate misses, [n]."""
    return scored.gate < np.float32(value)


def _item_rate(scored: Scored, chosen: NDArray[np.bool_], counted: NDArray[np.bool_]) -> Rate:
    """Share of the chosen items that count; the interval is bootstrapped over groups."""
    return _rate(counted[chosen], share_interval(scored.groups[chosen], counted[chosen]))


def _rate(counted: NDArray[np.bool_], interval: tuple[float, float] | None) -> Rate:
    return Rate(
        count=int(counted.sum()),
        n=len(counted),
        rate=share(counted),
        interval=interval if len(counted) else None,
    )
