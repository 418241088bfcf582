"""The gate's threshold with a guarantee, and the verdict's threshold for accuracy.

The gate's bound is an order statistic: with G independent groups of which at most ``k`` score
below the threshold, the chance of a miss is at most α with confidence 1−δ where the
Clopper–Pearson upper limit of k misses in G is at most α (Wilks 1941, "Determination of sample
sizes for setting tolerance limits"; Clopper and Pearson 1934). Choosing the (k+1)-th smallest
score as the threshold needs no correction for having looked at all of them. A group is counted
as missed when any of its defective items is: near-duplicates are not independent evidence.

Each class that enough groups show has a promise of its own, over the groups that show it, and the
lowest of all these thresholds keeps every promise. Each holds with confidence 1−δ by itself; that
all hold at once is less sure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import beta


@dataclass(frozen=True, slots=True)
class GateChoice:
    """A gate threshold and what it promises.

    Attributes:
        value: Items at or above it are suspicious.
        alpha: Promised greatest share of defective groups let through; None when there were too
            few groups to promise anything (fewer than ln δ / ln(1−α)).
        delta: Chance that the promise is broken by bad luck in the draw of groups.
        n: Defective groups counted.
        misses: Of these, how many the threshold lets through on the data it was chosen on.
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
    """The gate thresholds that all promises of one unit ask for.

    Attributes:
        defect: For defects of any class.
        classes: For each class of the data set; None where no item shows it.
        binding: Whether the classes' promises lower the threshold, or are only held against it.
    """

    defect: GateChoice
    classes: tuple[GateChoice | None, ...]
    binding: bool = True

    @property
    def value(self) -> float:
        """The highest threshold that keeps every binding promise."""
        if not self.binding:
            return self.defect.value
        promised = (c.value for c in self.classes if c is not None and c.alpha is not None)
        return min([self.defect.value, *promised])


@dataclass(frozen=True, slots=True)
class DecisionChoice:
    """A decision threshold.

    Attributes:
        value: Items at or above it are called defective.
        accuracy: Share of items it judges right on the data it was chosen on.
        n: Items counted.
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
    """Clopper–Pearson upper limit at confidence 1−δ of a rate seen as ``misses`` in ``n``."""
    return 1.0 if misses >= n else float(beta.ppf(1.0 - delta, misses + 1, n - misses))


def gate_threshold(
    scores: NDArray[np.floating],
    defective: NDArray[np.bool_],
    groups: ArrayLike,
    *,
    alpha: float = 0.05,
    delta: float = 0.05,
) -> GateChoice:
    """The highest threshold that lets through at most ``alpha`` of defective groups.

    With 93 defective groups, α = δ = 0.05: each group counts by its lowest score, and the upper
    limits of the share that is missed, where none, one or two of the 93 are, are

    >>> [round(miss_upper_limit(misses, 93, 0.05), 5) for misses in (0, 1, 2)]
    [0.0317, 0.04999, 0.06615]

    One miss keeps the promise and two do not, so the threshold is the second lowest of the groups'
    scores: the lowest alone lies below it.

    >>> lowest = np.arange(1, 94) / 100  # 0.01, 0.02, ... 0.93
    >>> choice = gate_threshold(lowest, np.full(93, True), np.arange(93))
    >>> choice.value, choice.misses, choice.alpha
    (0.02, 1, 0.05)

    Fewer than 59 groups promise nothing, even where none is missed:

    >>> [round(miss_upper_limit(0, groups, 0.05), 4) for groups in (58, 59)]
    [0.0503, 0.0495]
    >>> choice = gate_threshold(lowest[:58], np.full(58, True), np.arange(58))
    >>> choice.value, choice.misses, choice.alpha
    (0.01, 0, None)

    Args:
        scores: Gate scores [n], 0 to 1.
        defective: Which items show a defect, [n].
        groups: Group of each item, [n].
        alpha: Greatest share of defective groups let through.
        delta: Chance that this fails.

    Raises:
        ValueError: No item is defective.
    """
    if not defective.any():
        raise ValueError("no item is defective: there is nothing to set a gate by")
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
    """The thresholds that let through at most ``alpha`` of defective groups, and of each class's.

    Args:
        scores: Gate scores [n], 0 to 1.
        truth: Which classes each item shows, [n, classes].
        groups: Group of each item, [n].
        alpha: Greatest share of defective groups let through.
        class_alpha: Greatest share of the groups that show a class, of whatever class. With 29
            groups or more it can be promised at 0.1 with confidence 95 %.
        delta: Chance that a promise fails.
        binding: Whether the classes' promises lower the threshold.

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
    """Which of the groups with a defective item had any such item missed, [groups].

    Args:
        groups: Group of each item, [n].
        defective: Which items count, [n].
        missed: Which items are let through, [n].
    """
    names = np.unique(groups[defective])
    return np.isin(names, groups[defective & missed])


def recall_threshold(scores: NDArray[np.floating], recall: float) -> float:
    """The highest threshold that at least a share of these scores [n, at least one] reaches.

    It is empirical: what it lets through of other strip, nothing bounds.
    """
    ranked = np.sort(scores)
    # Rounding must not take away an item that the share leaves: 0.01 of 100 is one.
    return float(ranked[int((1.0 - recall) * len(ranked) + 1e-9)])


def decision_threshold(
    scores: NDArray[np.floating], defective: NDArray[np.bool_]
) -> DecisionChoice:
    """The threshold for accuracy: of those that are as good as the best, the one nearest to 0.5.

    As good is what lies within one standard error of the greatest accuracy (Breiman et al.,
    Classification and Regression Trees, 1984, the 1-SE rule). Scores are calibrated, so that 0.5 is
    right but for what is particular to these items, and the best threshold of a thousand items
    follows the luck of a few.

    Args:
        scores: Scores [n], 0 to 1.
        defective: Which items show a defect, [n].
    """
    order = np.argsort(scores, kind="stable")
    ranked, truth = np.asarray(scores, np.float64)[order], np.asarray(defective)[order]
    # Cutting before place i calls the items from i on defective.
    right = np.concatenate([[0], np.cumsum(~truth)]) + np.concatenate(
        [np.cumsum(truth[::-1])[::-1], [0]]
    )
    edges = np.concatenate([[0.0], ranked, [1.0]])
    cuts = (edges[:-1] + edges[1:]) / 2
    # No threshold within 0 to 1 stops a score of 1, or parts equal scores.
    distinct = np.concatenate([[True], np.diff(ranked) > 0, ranked[-1:] < 1])
    right = np.where(distinct, right, -1)
    n = len(ranked)
    share = right.max() / n
    as_good = np.flatnonzero(right >= right.max() - np.sqrt(n * share * (1 - share)))
    cut = as_good[np.argmin(np.abs(cuts[as_good] - 0.5))]
    return DecisionChoice(float(cuts[cut]), float(right[cut] / n), n, METHOD_DECISION)
