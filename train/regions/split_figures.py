"""Figures of a network on one split."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from scipy.special import log_expit, log_softmax

from train.evaluate.metrics import auroc, auroc_interval, share_interval
from train.regions.items import Items
from train.regions.task import Task

BATCH = 128


class SplitFigures(BaseModel):
    """Figures of a network on one split, as in its card; intervals are 95 %.

    Attributes:
        n: Items.
        accuracy: Accuracy of the most probable output.
        accuracy_interval: Its interval; None in older cards.
        auroc: AUROC of defect against none; None if the split lacks one of the two.
        auroc_interval: Its interval; None likewise.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    n: int
    accuracy: float
    accuracy_interval: tuple[float, float] | None = None
    auroc: float | None = None
    auroc_interval: tuple[float, float] | None = None


def predict_logits(
    model: Any, items: Items, advance: Callable[[], None] = lambda: None
) -> NDArray[np.float32]:
    """Logits [n, outputs] of a ``keras.Model`` for all items; ``advance`` is called each batch."""
    parts = []
    for start in range(0, len(items), BATCH):
        parts.append(model.predict_on_batch(items.network_inputs(slice(start, start + BATCH))))
        advance()
    return np.concatenate(parts)


def accuracy_and_auroc(
    task: Task, logits: NDArray[np.float32], items: Items
) -> tuple[float, float | None]:
    """The two figures without intervals, which take longer to compute."""
    scores = task.scores(logits)
    right = float(task.right(scores, items.labels).mean())
    return right, auroc(items.labels.any(axis=1), task.defect_scores(scores))


def figures(task: Task, logits: NDArray[np.float32], items: Items) -> SplitFigures:
    """Figures of logits [n, outputs] against the items' labels.

    Intervals are a bootstrap over groups of near-duplicates; see
    ``train.evaluate.metrics.group_bootstrap``.
    """
    accuracy, area = accuracy_and_auroc(task, logits, items)
    scores = task.scores(logits)
    sure = auroc_interval(items.groups, items.labels.any(axis=1), task.defect_scores(scores))
    return SplitFigures(
        n=len(items),
        accuracy=accuracy,
        accuracy_interval=share_interval(items.groups, task.right(scores, items.labels))
        or (0.0, 1.0),
        auroc=area,
        auroc_interval=sure,
    )


def mean_loss(task: Task, logits: NDArray[np.float32], items: Items) -> float:
    """Mean cross-entropy in nats, without label smoothing or penalties."""
    targets = task.targets(items.labels).astype(np.float64)
    logits = logits.astype(np.float64)
    if task.activation == "sigmoid":
        return float(-np.mean(targets * log_expit(logits) + (1 - targets) * log_expit(-logits)))
    return float(-(targets * log_softmax(logits, axis=1)).sum(axis=1).mean())
