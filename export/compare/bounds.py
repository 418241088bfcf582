"""One-sided confidence bounds of the difference between two classifiers on the same items.

Whole groups of near-duplicates are resampled with replacement, the same for both classifiers, so
that difficulty common to both cancels (the pairs cluster bootstrap; Cameron, Gelbach and Miller
2008). If almost no item is answered differently, the bootstrap bounds are too narrow, and if none
is, they are exactly 0. Tango's score interval for paired shares (1998) gives ±z²/(n+z²) in that
case, which is used as the smallest distance of a bound. Its n is Kish's effective sample size: the
number of items divided by the factor by which groups widen the variance of a plain share.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

CONFIDENCE = 0.95
"""Confidence of each bound by itself."""

RESAMPLES = 2000

_BLOCK = 2**22
"""Random numbers per block, to limit memory."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds of a difference, each with 95 % confidence by itself.

    Attributes:
        difference: Measured difference, −1 to 1.
        lower: Lower bound.
        upper: Upper bound.
    """

    difference: float
    lower: float
    upper: float

    @property
    def half_width(self) -> float:
        """Distance of the lower bound; a margin that is not wider cannot be resolved."""
        return self.difference - self.lower


def share_bounds(
    groups: ArrayLike, before: NDArray[np.bool_], after: NDArray[np.bool_]
) -> Bounds | None:
    """Bounds of the share ``after`` minus the share ``before``; None without items.

    Args:
        groups: Group of each item, [n].
        before: Items that the first classifies rightly, [n] bool.
        after: Items that the second classifies rightly, [n] bool.
    """
    if not len(before):
        return None
    place, count = _places(groups)
    sizes = np.bincount(place).astype(np.float64)
    right = np.bincount(place, before)
    gained = np.bincount(place, after.astype(np.float64) - before)
    drawn = draw_groups(count)
    items = drawn @ sizes
    spread = float(np.var(drawn @ right / items))
    unseen = _unseen(_effective(len(before), count, float(before.mean()), spread))
    difference = (int(after.sum()) - int(before.sum())) / len(before)
    return _bounds(difference, drawn @ gained / items, unseen)


def auroc_bounds(
    groups: ArrayLike,
    positive: NDArray[np.bool_],
    before: NDArray[np.floating],
    after: NDArray[np.floating],
) -> Bounds | None:
    """Bounds of the AUROC of ``after`` minus that of ``before``; None if undefined.

    Args:
        groups: Group of each item, [n].
        positive: Positive items, [n] bool.
        before: Scores of the first, [n].
        after: Scores of the second, [n].
    """
    if positive.all() or not positive.any():
        return None
    place, count = _places(groups)
    one, other = _Ranked(positive, before), _Ranked(positive, after)
    whole = np.ones(len(positive))
    difference = other.auroc(whole) - one.auroc(whole)
    weights = (row[place] for row in draw_groups(count))
    drawn = np.array([(one.auroc(w), other.auroc(w)) for w in weights])
    exact, values = (drawn[:, 0], drawn[:, 1] - drawn[:, 0])
    exact, values = exact[~np.isnan(values)], values[~np.isnan(values)]
    if len(values) < RESAMPLES / 2:
        return None
    # Ranks are many, so the bootstrap suffices unless all resamples are equal.
    if np.ptp(values):
        return _bounds(difference, values, 0.0)
    fewest = min(len(np.unique(place[positive])), len(np.unique(place[~positive])))
    n = _effective(len(positive), fewest, one.auroc(whole), float(np.var(exact)))
    return _bounds(difference, values, _unseen(n))


def statistic_bounds(
    groups: ArrayLike,
    statistic: Callable[[NDArray[np.intp]], float | None],
    *,
    resamples: int = RESAMPLES,
) -> Bounds | None:
    """Bounds of a difference of two fractions that must be recomputed for each resample.

    Args:
        groups: Group of each item, [n].
        statistic: Maps the number of times each item counts, [n], to −1 to 1, or None.
        resamples: Number of resamples.

    Returns:
        None if the statistic is undefined on the items or in half of the resamples.
    """
    place, count = _places(groups)
    difference = statistic(np.ones(len(place), np.intp))
    drawn = (statistic(row[place].astype(np.intp)) for row in draw_groups(count, resamples))
    values = np.array([value for value in drawn if value is not None])
    if difference is None or len(values) < resamples / 2:
        return None
    return _bounds(difference, values, 0.0 if np.ptp(values) else _unseen(count))


def draw_groups(count: int, resamples: int = RESAMPLES, seed: int = 0) -> NDArray[np.float32]:
    """Number of times each of ``count`` groups occurs in each resample, [resamples, count]."""
    random = np.random.default_rng(seed)
    drawn = np.empty((resamples, count), np.float32)
    step = max(1, _BLOCK // count)
    for start in range(0, resamples, step):
        rows = random.integers(count, size=(min(step, resamples - start), count))
        rows += count * np.arange(len(rows))[:, np.newaxis]
        found = np.bincount(rows.ravel(), minlength=len(rows) * count)
        drawn[start : start + step] = found.reshape(len(rows), count)
    return drawn


class _Ranked:
    """Sorted scores, so that the AUROC with any weights is a few sums."""

    def __init__(self, positive: NDArray[np.bool_], scores: NDArray[np.floating]) -> None:
        self._levels, self._level = np.unique(scores, return_inverse=True)
        self._positive = positive

    def auroc(self, weights: NDArray[np.floating]) -> float:
        """Weighted Mann–Whitney statistic, ties count half; NaN if a kind is missing."""
        count = len(self._levels)
        up = np.bincount(self._level, weights * self._positive, count)
        down = np.bincount(self._level, weights * ~self._positive, count)
        pairs = up.sum() * down.sum()
        below = np.cumsum(down) - down / 2
        return float(up @ below / pairs) if pairs else float("nan")


def _places(groups: ArrayLike) -> tuple[NDArray[np.intp], int]:
    names, place = np.unique(np.asarray(groups), return_inverse=True)
    return place, len(names)


def _effective(n: int, groups: int, share: float, spread: float) -> float:
    """Effective sample size from the variance of a share, clipped to ``groups`` … ``n``."""
    if spread <= 0:
        return float(groups)
    return float(np.clip(share * (1 - share) / spread, groups, n))


def _unseen(n: float) -> float:
    z = float(norm.ppf(CONFIDENCE))
    return z * z / (n + z * z)


def _bounds(difference: float, values: NDArray[np.floating], unseen: float) -> Bounds:
    tail = 100 * (1 - CONFIDENCE)
    low, high = np.percentile(values, [tail, 100 - tail])
    return Bounds(
        difference,
        max(-1.0, min(float(low), difference - unseen)),
        min(1.0, max(float(high), difference + unseen)),
    )
