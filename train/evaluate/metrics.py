"""Metrics and their confidence intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binomtest, norm, rankdata

RESAMPLES = 1000
"""Bootstrap resamples per interval."""


def wilson(successes: float, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson score interval of a share (Wilson 1927); (0, 1) if ``n`` is 0."""
    if n == 0:
        return 0.0, 1.0
    z = float(norm.ppf(0.5 + confidence / 2))
    share = successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # Rounding must not exclude a share that lies exactly on an end of the interval.
    low = 0.0 if successes <= 0 else max(0.0, float(centre - half))
    return low, 1.0 if successes >= n else min(1.0, float(centre + half))


def auroc(labels: ArrayLike, scores: ArrayLike) -> float | None:
    """Area under the ROC curve, as the Mann–Whitney statistic; ties count half.

    Args:
        labels: Which items are positive, [n] bool.
        scores: Higher means more likely positive, [n].

    Returns:
        0 to 1, or None if all items are positive or all negative.
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
    """Percentile bootstrap interval of a statistic, resampling whole groups with replacement.

    Near-duplicates in a group are not independent, so groups are resampled (Cameron, Gelbach and
    Miller 2008, the pairs cluster bootstrap). If no resample changes the figure, such as an
    accuracy of 1.0, the bootstrap interval would be empty; Wilson's interval is used instead, with
    the number of groups as the number of trials.

    Args:
        groups: Group of each item, [n].
        statistic: Maps indices of the resampled items, [m], to a fraction or None.
        confidence: Confidence level of the interval.
        resamples: Number of resamples.
        seed: Seed of the resampling.

    Returns:
        Lower and upper end, or None if the statistic is defined in under half of the resamples.
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
    """95 % interval like ``group_bootstrap``, for a difference of two fractions.

    If no resample changes the difference, the fallback is that of ``difference_interval``.

    Args:
        groups: Group of each item, [n].
        statistic: Maps indices of the resampled items, [m], to −1 to 1, or None.
    """
    values, n_groups = _group_values(groups, statistic, RESAMPLES, seed=0)
    return _difference_ends(values, n_groups) if len(values) >= RESAMPLES / 2 else None


def share_interval(groups: ArrayLike, right: NDArray[np.bool_]) -> tuple[float, float] | None:
    """95 % interval of a share of items, bootstrapped over groups; None without items.

    Args:
        groups: Group of each item, [n].
        right: Items that count, [n] bool.
    """
    if not len(right):
        return None
    means, n_groups = _group_means(groups, right)
    low, high = _ends(means, 0.95)
    return wilson(low * n_groups, n_groups) if low == high else (low, high)


def difference_interval(
    groups: ArrayLike, right: NDArray[np.bool_], other: NDArray[np.bool_]
) -> tuple[float, float] | None:
    """95 % interval of the difference of two shares of the same items; None without items.

    Items stay paired in each resample of groups. If no resample changes the difference, each end is
    extended by Wilson's upper limit of an event not seen in as many trials as there are groups.

    Args:
        groups: Group of each item, [n].
        right: Items that count for the first share, [n] bool.
        other: Items that count for the second share, [n] bool.
    """
    if not len(right):
        return None
    return _difference_ends(*_group_means(groups, right.astype(float) - other))


def _draws(count: int, resamples: int, seed: int) -> Iterator[NDArray[np.intp]]:
    """Indices of resampled groups, drawn with replacement, as many as there are."""
    random = np.random.default_rng(seed)
    for _ in range(resamples):
        yield random.integers(count, size=count)


def _group_values(
    groups: ArrayLike,
    statistic: Callable[[NDArray[np.intp]], float | None],
    resamples: int,
    seed: int,
) -> tuple[list[float], int]:
    """The statistic in each resample where it is defined, and the number of groups."""
    names, place = np.unique(np.asarray(groups), return_inverse=True)
    order = np.argsort(place, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(place))[:-1])
    drawn = (np.concatenate([members[i] for i in r]) for r in _draws(len(names), resamples, seed))
    return [value for rows in drawn if (value := statistic(rows)) is not None], len(names)


def _group_means(groups: ArrayLike, values: ArrayLike) -> tuple[list[float], int]:
    """Mean of the items' values in each resample, by group sums, and the number of groups."""
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
    """95 % interval of ``auroc``, bootstrapped over groups; None if undefined.

    Args:
        groups: Group of each item, [n].
        labels: Which items are positive, [n] bool.
        scores: Higher means more likely positive, [n].
    """
    if auroc(labels, scores) is None:
        return None
    return group_bootstrap(groups, lambda rows: auroc(labels[rows], scores[rows]), resamples=500)


def mcnemar(only_this: int, only_other: int) -> float:
    """Exact two-sided p-value of McNemar's test (1947) for a difference in accuracy.

    Items that both or neither classify rightly carry no information.

    Args:
        only_this: Items that only the first classifies rightly.
        only_other: Items that only the second classifies rightly.
    """
    discordant = only_this + only_other
    return float(binomtest(only_this, discordant).pvalue) if discordant else 1.0


def f1(truth: NDArray[np.bool_], answer: NDArray[np.bool_]) -> float | None:
    """F1 score; None if the class is neither present nor predicted."""
    hits = int((truth & answer).sum())
    total = int(truth.sum()) + int(answer.sum())
    return 2 * hits / total if total else None


def share(mask: NDArray[np.bool_]) -> float | None:
    """Share of True; None if the mask is empty."""
    return float(mask.mean()) if len(mask) else None
