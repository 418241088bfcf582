"""Figures of merit with their intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binomtest, norm, rankdata

RESAMPLES = 1000
"""Draws of groups for an interval."""


def wilson(successes: float, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a share (Wilson 1927); (0, 1) where nothing was counted."""
    if n == 0:
        return 0.0, 1.0
    z = float(norm.ppf(0.5 + confidence / 2))
    share = successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # Rounding must not keep an end from a share that lies on it.
    low = 0.0 if successes <= 0 else max(0.0, float(centre - half))
    return low, 1.0 if successes >= n else min(1.0, float(centre + half))


def auroc(labels: ArrayLike, scores: ArrayLike) -> float | None:
    """Area under the ROC curve, as the Mann–Whitney statistic; ties count half.

    Args:
        labels: Which items are positive, [n] bool.
        scores: Higher means more likely positive, [n].

    Returns:
        0 to 1, or None where one of the two kinds is missing.
    """
    positive = np.asarray(labels, dtype=bool)
    n_positive = int(positive.sum())
    n_negative = len(positive) - n_positive
    if n_positive == 0 or n_negative == 0:
        return None
    ranks = rankdata(np.asarray(scores, dtype=np.float64))
    above = ranks[positive].sum() - n_positive * (n_positive + 1) / 2
    return float(above / (n_positive * n_negative))


def group_bootstrap(
    groups: ArrayLike,
    statistic: Callable[[NDArray[np.intp]], float | None],
    *,
    confidence: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> tuple[float, float] | None:
    """Percentile bootstrap interval of a statistic, drawing whole groups with replacement.

    Near-duplicates in one group are not independent, so groups are what is drawn
    (Cameron, Gelbach and Miller 2008, the pairs cluster bootstrap). Resampling cannot see past a
    figure that no draw changes, such as 1.0 of items that were all judged right; there it is
    Wilson's interval of a share seen in as many trials as there are groups.

    Args:
        groups: Group of each item, [n].
        statistic: Given the places of the items drawn, [m], returns a fraction, or None.
        confidence: Width of the interval.
        resamples: How many draws.
        seed: Of the draws.

    Returns:
        Lower and upper end, or None where the statistic was defined in under half of the draws.
    """
    values, n_groups = _group_values(groups, statistic, resamples, seed)
    if len(values) < resamples / 2:
        return None
    low, high = _ends(values, confidence)
    if low == high:
        return wilson(low * n_groups, n_groups, confidence)
    return low, high


def difference_bootstrap(
    groups: ArrayLike, statistic: Callable[[NDArray[np.intp]], float | None]
) -> tuple[float, float] | None:
    """As ``group_bootstrap``, 95 %, of a statistic that is the difference of two fractions.

    Where no draw changes it, each is allowed what ``difference_interval`` allows.

    Args:
        groups: Group of each item, [n].
        statistic: Given the places of the items drawn, [m], returns −1 to 1, or None.
    """
    values, n_groups = _group_values(groups, statistic, RESAMPLES, seed=0)
    return _difference_ends(values, n_groups) if len(values) >= RESAMPLES / 2 else None


def share_interval(groups: ArrayLike, right: NDArray[np.bool_]) -> tuple[float, float] | None:
    """95 % interval of a share of items, bootstrapped over groups; None of nothing.

    Args:
        groups: Group of each item, [n].
        right: Which items count, [n] bool.
    """
    if not len(right):
        return None
    means, n_groups = _group_means(groups, right)
    low, high = _ends(means, 0.95)
    return wilson(low * n_groups, n_groups) if low == high else (low, high)


def difference_interval(
    groups: ArrayLike, right: NDArray[np.bool_], other: NDArray[np.bool_]
) -> tuple[float, float] | None:
    """95 % interval of how much greater one share is than another of the same items; None of none.

    The items stay paired in each draw of groups. Where no draw changes the difference, each side is
    allowed what Wilson's interval allows of something never seen in as many trials as groups.

    Args:
        groups: Group of each item, [n].
        right: Which items one counts, [n] bool.
        other: Which items the other counts, [n] bool.
    """
    if not len(right):
        return None
    return _difference_ends(*_group_means(groups, right.astype(float) - other))


def _draws(count: int, resamples: int, seed: int) -> Iterator[NDArray[np.intp]]:
    """Places of as many groups as there are, drawn with replacement."""
    random = np.random.default_rng(seed)
    for _ in range(resamples):
        yield random.integers(count, size=count)


def _group_values(
    groups: ArrayLike,
    statistic: Callable[[NDArray[np.intp]], float | None],
    resamples: int,
    seed: int,
) -> tuple[list[float], int]:
    """The statistic of each draw where it is defined, and how many groups there are."""
    names, place = np.unique(np.asarray(groups), return_inverse=True)
    order = np.argsort(place, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(place))[:-1])
    drawn = (np.concatenate([members[i] for i in r]) for r in _draws(len(names), resamples, seed))
    return [value for rows in drawn if (value := statistic(rows)) is not None], len(names)


def _group_means(groups: ArrayLike, values: ArrayLike) -> tuple[list[float], int]:
    """Mean of the items' values in each draw, by sums over groups, and how many groups."""
    names, place = np.unique(np.asarray(groups), return_inverse=True)
    sums, sizes = np.bincount(place, np.asarray(values, np.float64)), np.bincount(place)
    drawn = _draws(len(names), RESAMPLES, seed=0)
    return [float(sums[rows].sum() / sizes[rows].sum()) for rows in drawn], len(names)


def _ends(values: list[float], confidence: float) -> tuple[float, float]:
    tail = 50 * (1 - confidence)
    low, high = np.percentile(values, [tail, 100 - tail])
    return float(low), float(high)


def _difference_ends(values: list[float], n_groups: int) -> tuple[float, float]:
    low, high = _ends(values, 0.95)
    if low == high:
        unseen = wilson(0, n_groups)[1]
        return max(-1.0, low - unseen), min(1.0, high + unseen)
    return low, high


def auroc_interval(
    groups: ArrayLike, labels: NDArray[np.bool_], scores: NDArray[np.floating]
) -> tuple[float, float] | None:
    """95 % interval of ``auroc``, bootstrapped over groups; None where that is not defined.

    Args:
        groups: Group of each item, [n].
        labels: Which items are positive, [n] bool.
        scores: Higher means more likely positive, [n].
    """
    if auroc(labels, scores) is None:
        return None
    return group_bootstrap(groups, lambda rows: auroc(labels[rows], scores[rows]), resamples=500)


def mcnemar(only_this: int, only_other: int) -> float:
    """Exact two-sided p value of McNemar's test (1947): is either of two right more often?

    Items that both or neither judge rightly say nothing of it.

    Args:
        only_this: Items that only the one judges rightly.
        only_other: Items that only the other judges rightly.
    """
    discordant = only_this + only_other
    return float(binomtest(only_this, discordant).pvalue) if discordant else 1.0


def f1(truth: NDArray[np.bool_], answer: NDArray[np.bool_]) -> float | None:
    """Harmonic mean of precision and recall; None where the class is neither there nor named."""
    hits = int((truth & answer).sum())
    total = int(truth.sum()) + int(answer.sum())
    return 2 * hits / total if total else None


def share(mask: NDArray[np.bool_]) -> float | None:
    """Share of True; None of nothing."""
    return float(mask.mean()) if len(mask) else None
