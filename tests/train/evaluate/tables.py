"""Scored items written as a table, for tests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from train.evaluate.scored import Scored

CLASSES = ("a", "b")


def scored(
    truth: Sequence[str],
    outputs: Sequence[Sequence[float]],
    *,
    multilabel: bool = False,
    **more: object,
) -> Scored:
    """Items that show the classes named in each word of ``truth``, and what was made of them.

    Each of ``outputs`` is none, a and b, then classes that only the bundle knows.
    """
    shown = np.array([[name in word for name in CLASSES] for word in truth])
    width = max(map(len, outputs))
    table = np.array([[*row, *[0] * (width - len(row))] for row in outputs], np.float32)
    defects = 1 - table[:, 0]
    fields = {
        "groups": np.arange(len(truth)).astype(str),
        "gate": defects,
        "decision": defects,
        "verdicts": defects >= 0.5,
    }
    return Scored(
        classes=CLASSES,
        truth=shown,
        none=table[:, 0],
        class_scores=table[:, 1:],
        multilabel=multilabel,
        **(fields | more),
    )
