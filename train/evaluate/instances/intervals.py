"""Bootstrap intervals of AP50 over groups of near-duplicates.

Predictions are matched once; a resample only changes the weights of frames. The result equals
matching the resampled frames again, because a frame's matches do not depend on other frames.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from train.evaluate.instances.coco import ClassMatches, Matched
from train.evaluate.metrics import difference_bootstrap, group_bootstrap

_RECALLS = np.linspace(0.0, 1.0, 101)


def ap50(matched: Matched, weights: NDArray[np.intp]) -> float | None:
    """AP50 with weighted frames, the mean over labelled classes.

    Args:
        matched: Matches on the frames.
        weights: Number of times each frame counts, [frames].
    """
    each = [_class_ap50(matches, weights) for matches in matched.matches]
    known = [ap for ap in each if ap is not None]
    # Rounding makes equal resamples compare equal, despite the guard in ``_class_ap50``.
    return round(float(np.mean(known)), 12) if known else None


def ap50_interval(matched: Matched, groups: ArrayLike) -> tuple[float, float] | None:
    """95 % interval of ``ap50``; None without labels.

    Args:
        matched: Matches on the frames.
        groups: Group of each frame, [frames].
    """
    names = np.asarray(groups)
    if ap50(matched, np.ones(len(names), np.intp)) is None:
        return None
    return group_bootstrap(names, lambda rows: ap50(matched, _weights(rows, len(names))))


def ap50_difference(
    matched: Matched, other: Matched, groups: ArrayLike
) -> tuple[float, tuple[float, float]] | None:
    """Difference of ``ap50`` between two models on the same frames, and its 95 % interval.

    Both use the same resamples, so that difficulty common to both cancels.

    Args:
        matched: Matches of the first model.
        other: Matches of the second model.
        groups: Group of each frame, [frames].
    """
    names = np.asarray(groups)

    def difference(rows: NDArray[np.intp]) -> float | None:
        weights = _weights(rows, len(names))
        mine, theirs = ap50(matched, weights), ap50(other, weights)
        return None if mine is None or theirs is None else mine - theirs

    whole = difference(np.arange(len(names)))
    if whole is None:
        return None
    interval = difference_bootstrap(names, difference)
    return None if interval is None else (whole, interval)


def _class_ap50(matches: ClassMatches, weights: NDArray[np.intp]) -> float | None:
    truths = int(weights @ matches.truths)
    if truths == 0:
        return None
    counted = weights[matches.frames]
    right = np.cumsum(counted * matches.right)
    # The same guard against division by zero as in pycocotools.
    precision = right / (np.cumsum(counted) + np.spacing(1))
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    places = np.searchsorted(right / truths, _RECALLS, side="left")
    return float(np.append(precision, 0.0)[places].mean())


def _weights(rows: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    return np.bincount(rows, minlength=count)
