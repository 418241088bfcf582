"""How far AP at IoU 0.5 may be off, by drawing whole groups of near-duplicates.

What was found is matched once; a draw only weighs frames anew. That is what judging the drawn
frames again would give, since no frame's matches depend on another's.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from train.evaluate.instances.coco import ClassMatches, Matched
from train.evaluate.metrics import difference_bootstrap, group_bootstrap

_RECALLS = np.linspace(0.0, 1.0, 101)


def ap50(matched: Matched, weights: NDArray[np.intp]) -> float | None:
    """AP at IoU 0.5, the mean of classes that labels show, of frames that count several times.

    Args:
        matched: What was found on the frames.
        weights: How often each frame counts, [frames].
    """
    each = [_class_ap50(matches, weights) for matches in matched.matches]
    known = [ap for ap in each if ap is not None]
    # Draws that agree are told by equal figures, which the guard below would keep apart.
    return round(float(np.mean(known)), 12) if known else None


def ap50_interval(matched: Matched, groups: ArrayLike) -> tuple[float, float] | None:
    """95 % interval of ``ap50``; None where labels show no instance.

    Args:
        matched: What was found on the frames.
        groups: Group of each frame, [frames].
    """
    names = np.asarray(groups)
    if ap50(matched, np.ones(len(names), np.intp)) is None:
        return None
    return group_bootstrap(names, lambda rows: ap50(matched, _weights(rows, len(names))))


def ap50_difference(
    matched: Matched, other: Matched, groups: ArrayLike
) -> tuple[float, tuple[float, float]] | None:
    """How much higher ``ap50`` is than another's on the same frames, and the 95 % interval of it.

    Both are weighed by the same draws, so that what is hard for both cancels.

    Args:
        matched: What one found on the frames.
        other: What the other found on them.
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
    # The library's own guard against a division by zero.
    precision = right / (np.cumsum(counted) + np.spacing(1))
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    places = np.searchsorted(right / truths, _RECALLS, side="left")
    return float(np.append(precision, 0.0)[places].mean())


def _weights(rows: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    return np.bincount(rows, minlength=count)
