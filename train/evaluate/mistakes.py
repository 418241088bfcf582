"""Which items were judged most wrongly: there a person sees whether model or label errs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from train.evaluate.binary import called_defective
from train.evaluate.scored import NONE, Scored


class Mistakes(NamedTuple):
    """Places of items, the most confident mistake first, and how many mistakes there are.

    Attributes:
        places: The worst item of each group, the worst groups first.
        n: All mistakes of the kind.
    """

    places: tuple[int, ...]
    n: int


def worst_mistakes(scored: Scored, threshold: float, each: int) -> dict[str, Mistakes]:
    """The worst false alarms, misses and wrong classes; each kind at most ``each``.

    Of near-duplicates, which share a group, one is enough to see. An item is a wrong class where
    it shows a defect and another class is answered; a defect answered as none is not.

    Args:
        scored: The items.
        threshold: Of the decision.
        each: How many places of a kind are wanted.
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
