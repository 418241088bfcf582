"""The figures that ``millsight evaluate`` prints, from what a cascade said."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.bundle.evidence import Thresholds
from train.evaluate.metrics import auroc, auroc_interval, f1, share, share_interval
from train.evaluate.scored import Scored


def evaluation(scored: Scored, thresholds: Thresholds) -> dict[str, Any]:
    """``binary``, ``gate``, ``multiclass``, ``cascade`` and ``instances``, null where not judged.

    Intervals are 95 %, bootstrapped over groups.
    """
    return {
        "binary": binary(scored, thresholds.decision.value),
        "gate": gate(scored, thresholds),
        "multiclass": multiclass(scored),
        "cascade": {
            **_with_interval(scored, "accuracy", scored.verdicts == scored.defective),
            "recall": share(scored.verdicts[scored.defective]),
        },
        "instances": None,
    }


def binary(scored: Scored, threshold: float) -> dict[str, Any]:
    """Defect or none at the decision threshold, the gate hiding nothing."""
    said, truth = scored.decision >= np.float32(threshold), scored.defective
    return {
        **_with_interval(scored, "accuracy", said == truth),
        "auroc": auroc(truth, scored.decision),
        "auroc_interval": auroc_interval(scored.groups, truth, scored.decision),
        "recall": share(said[truth]),
        "precision": share(truth[said]),
        "threshold": threshold,
        "n": len(truth),
        "n_defective": int(truth.sum()),
        "n_groups": len(np.unique(scored.groups)),
    }


def gate(scored: Scored, thresholds: Thresholds) -> dict[str, Any]:
    """What the gate lets through: its recall, and how much clean strip it passes on.

    ``alpha``, ``delta``, ``n``, ``unit`` and ``method`` are the promise's, from the split that the
    threshold was chosen on; ``n_judged`` items gave the rates.
    """
    promised = thresholds.gate
    passed, truth = scored.gate >= np.float32(promised.value), scored.defective
    return {
        "threshold": promised.value,
        "recall": share(passed[truth]),
        "group_recall": _group_recall(scored.groups[truth], passed[truth]),
        "pass_rate_clean": share(passed[~truth]),
        "auroc": auroc(truth, scored.gate),
        "n_judged": len(scored),
        "alpha": promised.alpha,
        "delta": promised.delta,
        "n": promised.n,
        "unit": promised.unit,
        "method": promised.method,
    }


def multiclass(scored: Scored) -> dict[str, Any] | None:
    """None and the classes, the gate hiding nothing; see ``scored`` for what counts as right.

    A class is judged over all items that show it, so ``n`` of all classes may add up to more than
    there are items.
    """
    right, said = scored.right, scored.said
    if right is None or said is None:
        return None
    shown = scored.shown
    per_class = {
        name: {
            "precision": share(shown[said[:, i], i]),
            "recall": share(said[shown[:, i], i]),
            "f1": f1(shown[:, i], said[:, i]),
            "n": int(shown[:, i].sum()),
        }
        for i, name in enumerate(("none", *scored.classes))
    }
    scores = [figures["f1"] for figures in per_class.values() if figures["n"]]
    return {
        **_with_interval(scored, "accuracy", right),
        "macro_f1": float(np.mean(scores)),
        "per_class": per_class,
        "n": len(scored),
    }


def _with_interval(scored: Scored, name: str, right: NDArray[np.bool_]) -> dict[str, Any]:
    return {name: share(right), f"{name}_interval": share_interval(scored.groups, right)}


def _group_recall(groups: NDArray[np.str_], passed: NDArray[np.bool_]) -> float | None:
    """Share of defective groups none of whose items is stopped."""
    names, place = np.unique(groups, return_inverse=True)
    whole = np.ones(len(names), dtype=bool)
    np.logical_and.at(whole, place, passed)
    return share(whole)
