"""The figures that ``millsight evaluate`` prints, computed from a cascade's scores."""

from __future__ import annotations

from typing import Any

import numpy as np

from edge.bundle.manifest_parts import Thresholds
from train.evaluate.binary import binary
from train.evaluate.blocks import with_interval
from train.evaluate.comparison import Baseline, comparison
from train.evaluate.instances.instance_figures import figures_of
from train.evaluate.instances.matched_instances import MatchedInstances
from train.evaluate.metrics import auroc, share
from train.evaluate.multiclass import multiclass
from train.evaluate.scored import Scored
from train.evaluate.thresholds import missed_groups, recall_threshold


def evaluation(
    scored: Scored,
    thresholds: Thresholds,
    baseline: Baseline | None = None,
    instances: MatchedInstances | None = None,
) -> dict[str, Any]:
    """``binary``, ``gate``, ``multiclass``, ``cascade``, ``instances`` and ``baseline``.

    What was not evaluated is null. Intervals are 95 %, bootstrapped over groups.
    """
    right, decision = scored.verdicts == scored.defective, thresholds.decision.value
    return {
        "binary": binary(scored, decision),
        "gate": gate(scored, thresholds),
        "multiclass": multiclass(scored),
        "cascade": {
            **with_interval("accuracy", scored.groups, right),
            "recall": share(scored.verdicts[scored.defective]),
        },
        "instances": instances and figures_of(instances),
        "baseline": baseline and comparison(scored, decision, baseline, instances),
    }


def gate(scored: Scored, thresholds: Thresholds) -> dict[str, Any]:
    """The gate's recall, and its pass rate on clean items.

    ``alpha``, ``delta``, ``n``, ``unit`` and ``method`` describe the promise, from the split on
    which the threshold was chosen; the rates are over ``n_judged`` items.
    ``pass_rate_clean_at_99_recall`` is at the highest threshold with 99 % recall on these same
    items.
    """
    promised = thresholds.gate
    passed, truth = scored.gate >= np.float32(promised.value), scored.defective
    at_99 = recall_threshold(scored.gate[truth], 0.99) if truth.any() else None
    return {
        "threshold": promised.value,
        "recall": share(passed[truth]),
        "group_recall": share(~missed_groups(scored.groups, truth, ~passed)),
        "pass_rate_clean": share(passed[~truth]),
        "pass_rate_clean_at_99_recall": (
            None if at_99 is None else share(scored.gate[~truth] >= np.float32(at_99))
        ),
        "per_class": {
            name: {
                "recall": share(passed[shows]),
                "group_recall": share(~missed_groups(scored.groups, shows, ~passed)),
                "n": int(shows.sum()),
                "n_groups": len(np.unique(scored.groups[shows])),
            }
            for name, shows in zip(scored.classes, scored.truth.T, strict=True)
        },
        "auroc": auroc(truth, scored.gate),
        "n_judged": len(scored),
        "alpha": promised.alpha,
        "delta": promised.delta,
        "n": promised.n,
        "unit": promised.unit,
        "method": promised.method,
    }
