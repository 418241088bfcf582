"""The gate threshold with a guaranteed miss rate, and the decision threshold for accuracy.

The gate threshold is an order statistic. Given G independent groups of which at most ``k`` score
below the threshold, the miss rate is at most α with confidence 1−δ if the Clopper–Pearson upper
limit of k misses in G is at most α (Wilks 1941, "Determination of sample sizes for setting
tolerance limits"; Clopper and Pearson 1934). Taking the (k+1)-th smallest score as the threshold
needs no correction for multiple looks. A group counts as missed if any of its defective items is
missed, because near-duplicates are not independent evidence.

Each class with enough groups has a promise of its own, over the groups that show it. The lowest of
all these thresholds keeps every promise. Each promise holds with confidence 1−δ by itself; the
confidence that all hold at once is lower.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import beta


@dataclass(frozen=True, slots=True)
class GateChoice:
    """A gate threshold and its promise.

    Attributes:
        value: Items at or above it are suspicious.
        alpha: Promised upper limit of the share of defective groups that are missed; None if there
            are too few groups (fewer than ln δ / ln(1−α)).
        delta: Probability that the promise fails, over the random draw of groups.
        n: Number of defective groups.
        misses: Groups missed by the threshold on the data it was chosen on.
        method: How it was chosen.
    """

    value: float
    alpha: float | None
    delta: float
    n: int
    misses: int
    method: str


@dataclass(frozen=True, slots=True)
class GateChoices:
    """The gate thresholds of all promises of one unit.

    Attributes:
        defect: For defects of any class.
        classes: For each class of the data set; None if no item shows it.
        binding: Whether class promises lower the threshold, or are only reported.
    """

    defect: GateChoice
    classes: tuple[GateChoice | None, ...]
    binding: bool = True

    @property
    def value(self) -> float:
        """The highest threshold that keeps all binding promises."""
        if not self.binding:
            return self.defect.value
        promised = (c.value for c in self.classes if c is not None and c.alpha is not None)
        return min([self.defect.value, *promised])


@dataclass(frozen=True, slots=True)
class DecisionChoice:
    """A decision threshold.

    Attributes:
        value: Items at or above it are called defective.
        accuracy: Accuracy on the data it was chosen on.
        n: Number of items.
        method: How it was chosen.
    """

    value: float
    accuracy: float
    n: int
    method: str


METHOD_BOUND = "order statistic with a Clopper-Pearson limit, counted in groups"
METHOD_TOO_FEW = "lowest score of a defective group; too few groups to promise a rate"
METHOD_DECISION = "nearest to 0.5 of the thresholds within a standard error of the best accuracy"


def miss_upper_limit(misses: int, n: int, delta: float) -> float:
    """Clopper–Pearson upper limit, at confidence 1−δ, of the rate of ``misses`` in ``n``."""
    return 1.0 if misses >= n else float(beta.ppf(1.0 - delta, misses + 1, n - misses))


def gate_threshold(
    scores: NDArray[np.floating],
    defective: NDArray[np.bool_],
    groups: ArrayLike,
    *,
    alpha: float = 0.05,
    delta: float = 0.05,
) -> GateChoice:
    """The highest threshold that misses at most ``alpha`` of the defective groups.

    Example with 93 defective groups and α = δ = 0.05. A group counts by its lowest score. The upper
    limits of the miss rate for 0, 1 and 2 missed groups of 93 are

    >>> [round(miss_upper_limit(misses, 93, 0.05), 5) for misses in (0, 1, 2)]
    [0.0317, 0.04999, 0.06615]

    One miss keeps the promise and two do not, so the threshold is the second lowest group score;
    only the lowest lies below it.

    >>> lowest = np.arange(1, 94) / 100  # 0.01, 0.02, ... 0.93
    >>> choice = gate_threshold(lowest, np.full(93, True), np.arange(93))
    >>> choice.value, choice.misses, choice.alpha
    (0.02, 1, 0.05)

    Fewer than 59 groups allow no promise, even without a miss:

    >>> [round(miss_upper_limit(0, groups, 0.05), 4) for groups in (58, 59)]
    [0.0503, 0.0495]
    >>> choice = gate_threshold(lowest[:58], np.full(58, True), np.arange(58))
    >>> choice.value, choice.misses, choice.alpha
    (0.01, 0, None)

    Args:
        scores: Gate scores [n], 0 to 1.
        defective: Which items show a defect, [n].
        groups: Group of each item, [n].
        alpha: Upper limit of the share of defective groups that are missed.
        delta: Probability that the promise fails.

    Raises:
        ValueError: No item is defective.
    """
    if not defective.any():
        raise ValueError("no item is defective: a gate threshold cannot be chosen")
    names, place = np.unique(np.asarray(groups)[defective], return_inverse=True)
    lowest = np.full(len(names), np.inf)
    np.minimum.at(lowest, place, scores[defective])
    lowest.sort()
    n = len(lowest)
    allowed = -1
    while allowed + 1 < n and miss_upper_limit(allowed + 1, n, delta) <= alpha:
        allowed += 1
    if allowed < 0:
        return GateChoice(float(lowest[0]), None, delta, n, 0, METHOD_TOO_FEW)
    value = float(lowest[allowed])
    return GateChoice(value, alpha, delta, n, int((lowest < value).sum()), METHOD_BOUND)


def gate_thresholds(
    scores: NDArray[np.floating],
    truth: NDArray[np.bool_],
    groups: NDArray[np.str_],
    *,
    alpha: float = 0.05,
    class_alpha: float = 0.1,
    delta: float = 0.05,
    binding: bool = True,
) -> GateChoices:
    """Gate thresholds for a miss rate of at most ``alpha`` overall and ``class_alpha`` per class.

    Args:
        scores: Gate scores [n], 0 to 1.
        truth: Classes that each item shows, [n, classes].
        groups: Group of each item, [n].
        alpha: Upper limit of the share of defective groups that are missed.
        class_alpha: Upper limit of the share of a class's groups that are missed. A promise of 0.1
            with confidence 95 % needs at least 29 groups.
        delta: Probability that a promise fails.
        binding: Whether the class promises lower the threshold.

    Raises:
        ValueError: No item is defective.
    """
    return GateChoices(
        gate_threshold(scores, truth.any(axis=1), groups, alpha=alpha, delta=delta),
        tuple(
            gate_threshold(scores, shows, groups, alpha=class_alpha, delta=delta)
            if shows.any()
            else None
            for shows in truth.T
        ),
        binding,
    )


def missed_groups(
    groups: NDArray[np.str_], defective: NDArray[np.bool_], missed: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Whether each group with a defective item has a missed one, [groups].

    Args:
        groups: Group of each item, [n].
        defective: Defective items, [n].
        missed: Missed items, [n].
    """
    names = np.unique(groups[defective])
    return np.isin(names, groups[defective & missed])


def recall_threshold(scores: NDArray[np.floating], recall: float) -> float:
    """The highest threshold that at least a share ``recall`` of the scores [n ≥ 1] reaches.

    It is empirical and gives no guarantee for other strip.
    """
    ranked = np.sort(scores)
    # Guard against rounding: 1 % of 100 scores is one score.
    return float(ranked[int((1.0 - recall) * len(ranked) + 1e-9)])


def decision_threshold(
    scores: NDArray[np.floating], defective: NDArray[np.bool_]
) -> DecisionChoice:
    """The decision threshold: nearest to 0.5 among those whose accuracy is close to the best.

    Close means within one standard error of the best accuracy (the 1-SE rule; Breiman et al.,
    Classification and Regression Trees, 1984). Scores are calibrated, so 0.5 is the right threshold
    in general; the exact optimum on a thousand items depends on a few of them by chance.

    Args:
        scores: Scores [n], 0 to 1.
        defective: Items that show a defect, [n].
    """
    order = np.argsort(scores, kind="stable")
    ranked, truth = np.asarray(scores, np.float64)[order], np.asarray(defective)[order]
    # A cut before index i calls the items from i on defective.
    right = np.concatenate([[0], np.cumsum(~truth)]) + np.concatenate(
        [np.cumsum(truth[::-1])[::-1], [0]]
    )
    edges = np.concatenate([[0.0], ranked, [1.0]])
    cuts = (edges[:-1] + edges[1:]) / 2
    # No threshold from 0 to 1 excludes a score of 1, or separates equal scores.
    distinct = np.concatenate([[True], np.diff(ranked) > 0, ranked[-1:] < 1])
    right = np.where(distinct, right, -1)
    n = len(ranked)
    share = right.max() / n
    as_good = np.flatnonzero(right >= right.max() - np.sqrt(n * share * (1 - share)))
    cut = as_good[np.argmin(np.abs(cuts[as_good] - 0.5))]
    return DecisionChoice(float(cuts[cut]), float(right[cut] / n), n, METHOD_DECISION)
