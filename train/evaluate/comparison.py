"""Paired comparison of two bundles on the same items."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.bundle import Bundle
from train.evaluate.binary import called_defective
from train.evaluate.instances.instance_figures import instance_differences
from train.evaluate.instances.matched_instances import MatchedInstances
from train.evaluate.metrics import difference_interval, mcnemar, share
from train.evaluate.scored import Scored


class Baseline(NamedTuple):
    """Another bundle and its scores of the same items in the same order.

    Attributes:
        name: Name of the bundle.
        digest: SHA-256 of its file.
        scored: Its scores.
        threshold: Its decision threshold.
        instances: Results of its instance model; None if it has none for these classes.
    """

    name: str
    digest: str
    scored: Scored
    threshold: float
    instances: MatchedInstances | None = None


def baseline_of(
    bundle: Bundle, scored: Scored, instances: MatchedInstances | None = None
) -> Baseline:
    """A bundle's results as a baseline."""
    manifest = bundle.manifest
    threshold = manifest.thresholds.decision.value
    return Baseline(manifest.name, bundle.digest, scored, threshold, instances)


def comparison(
    scored: Scored,
    threshold: float,
    baseline: Baseline,
    instances: MatchedInstances | None = None,
) -> dict[str, Any]:
    """Differences to the baseline: ``binary`` and ``multiclass`` accuracy, AP50 of ``instances``.

    A difference is null if either bundle lacks the figure.
    """
    truth, other = scored.defective, baseline.scored
    named, other_named = scored.right, other.right
    return {
        "name": baseline.name,
        "digest": baseline.digest,
        "binary": paired(
            scored.groups,
            called_defective(scored, threshold) == truth,
            called_defective(other, baseline.threshold) == truth,
        ),
        "multiclass": None
        if named is None or other_named is None
        else paired(scored.groups, named, other_named),
        "instances": None
        if instances is None or baseline.instances is None
        else instance_differences(instances, baseline.instances),
    }


def paired(
    groups: NDArray[np.str_], this: NDArray[np.bool_], baseline: NDArray[np.bool_]
) -> dict[str, Any]:
    """Paired comparison of which items each classifies rightly, all [n].

    McNemar's p-value assumes independent items; the interval of the difference does not.
    """
    only_this, only_baseline = int((this & ~baseline).sum()), int((baseline & ~this).sum())
    return {
        "accuracy": share(this),
        "baseline_accuracy": share(baseline),
        "difference": (only_this - only_baseline) / len(this),
        "difference_interval": difference_interval(groups, this, baseline),
        "p_value": mcnemar(only_this, only_baseline),
        "both_right": int((this & baseline).sum()),
        "only_this": only_this,
        "only_baseline": only_baseline,
        "both_wrong": int((~this & ~baseline).sum()),
        "n": len(this),
    }
