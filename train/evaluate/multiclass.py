"""Figures of the multiclass task: none and the classes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from train.evaluate.blocks import calibration, confusion, with_interval
from train.evaluate.metrics import f1
from train.evaluate.scored import Scored

OTHERS = "other classes"
"""Label for all classes that the data set lacks."""


def multiclass(scored: Scored) -> dict[str, Any] | None:
    """Figures over none and the classes; the gate is ignored. See ``scored`` for what is right.

    A class is evaluated over all items that show it, so the ``n`` of all classes may sum to more
    than the number of items.
    """
    right, predicted, answers = scored.right, scored.predicted, scored.answers
    if right is None or predicted is None or answers is None:
        return None
    present, groups = scored.present, scored.groups
    names = ("none", *scored.classes)
    per_class = {
        name: {
            **with_interval("precision", groups[predicted[:, i]], present[predicted[:, i], i]),
            **with_interval("recall", groups[present[:, i]], predicted[present[:, i], i]),
            "f1": f1(present[:, i], predicted[:, i]),
            "n": int(present[:, i].sum()),
        }
        for i, name in enumerate(names)
    }
    scores = [figures["f1"] for figures in per_class.values() if figures["n"]]
    before = scored if scored.untempered is None else scored.untempered
    labels = (*names, OTHERS) if has_extra_classes(scored) else names
    column = np.minimum(answers, len(names))
    return {
        **with_interval("accuracy", groups, right),
        "macro_f1": float(np.mean(scores)),
        "per_class": per_class,
        "confusion": confusion(labels, truth_rows(scored, right, answers), column),
        "calibration": calibration(_confidences(scored), _confidences(before)),
        "n": len(scored),
    }


def truth_rows(
    scored: Scored, right: NDArray[np.bool_], answers: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Row of each item in a confusion matrix, [n]: its answer if right, else its lowest class."""
    return np.where(right, answers, scored.present.argmax(axis=1))


def _confidences(scored: Scored) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Confidence of each answer and whether it is right, for the items with an answer."""
    confidence, right = scored.confidence, scored.right
    assert confidence is not None
    assert right is not None
    return confidence, right


def has_extra_classes(scored: Scored) -> bool:
    """Whether the bundle has classes that the data set lacks."""
    return scored.class_scores is not None and scored.class_scores.shape[1] > len(scored.classes)
