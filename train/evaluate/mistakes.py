"""The most confident mistakes, for a person to check whether the model or the label is wrong."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from train.evaluate.binary import called_defective
from train.evaluate.scored import NONE, Scored


class Mistakes(NamedTuple):
    """Indices of mistakes, the most confident first, and the number of mistakes.

    Attributes:
        places: The worst item of each group, the worst groups first.
        n: Number of mistakes of this kind.
    """

    places: tuple[int, ...]
    n: int


def worst_mistakes(scored: Scored, threshold: float, each: int) -> dict[str, Mistakes]:
    """The worst false alarms, misses and wrong classes; at most ``each`` of each kind.

    Only one item of a group of near-duplicates is listed. A wrong class is an item with a defect
    that is answered with another class; a defect answered with none is a miss.

    Args:
        scored: The items.
        threshold: Decision threshold.
        each: Largest number of indices per kind.
    """
    called, truth = called_defective(scored, threshold), scored.defective
    kinds = {
        "false alarms": _worst(scored, called & ~truth, scored.decision, each),
        "misses": _worst(scored, ~called & truth, -scored.decision, each),
    }
    answers, right, confidence = scored.answers, scored.right, scored.confidence
    if answers is not None and right is not None and confidence is not None:
        wrong = truth & ~right & (answers != NONE)
        kinds["wrong classes"] = _worst(scored, wrong, confidence, each)
    return kinds


def _worst(
    scored: Scored, wrong: NDArray[np.bool_], badness: NDArray[np.float32], each: int
) -> Mistakes:
    order = np.argsort(-badness, kind="stable")
    ranked = order[wrong[order]]
    _, first = np.unique(scored.groups[ranked], return_index=True)
    return Mistakes(tuple(int(place) for place in ranked[np.sort(first)[:each]]), int(wrong.sum()))
