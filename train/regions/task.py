"""The classification tasks: outputs, targets, and scores from logits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from edge.vision.engines.activations import Activation, activated

NONE = "none"
"""Output name for an item without a defect."""

TaskName = Literal["binary", "multiclass", "multilabel"]


@dataclass(frozen=True, slots=True)
class Task:
    """One of three classification tasks.

    ``binary`` is softmax over none and defect. ``multiclass`` is softmax over none and the classes;
    an item with several counts as its lowest class, as in the study. ``multilabel`` is a sigmoid
    for each class.
    """

    name: TaskName
    classes: tuple[str, ...]

    @property
    def outputs(self) -> tuple[str, ...]:
        """Name of each logit."""
        if self.name == "binary":
            return (NONE, "defect")
        return self.classes if self.name == "multilabel" else (NONE, *self.classes)

    @property
    def activation(self) -> Activation:
        """Activation from logits to scores, applied on the host."""
        return "sigmoid" if self.name == "multilabel" else "softmax"

    def targets(self, labels: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Targets [n, outputs] of items with ``labels`` [n, classes]."""
        if self.name == "multilabel":
            return labels.astype(np.float32)
        lowest = self.groups(labels)
        answer = np.minimum(lowest, 1) if self.name == "binary" else lowest
        return np.eye(len(self.outputs), dtype=np.float32)[answer]

    def groups(self, labels: NDArray[np.bool_]) -> NDArray[np.intp]:
        """0 for a clean item, else 1 + its lowest class, [n]."""
        return np.where(labels.any(axis=1), labels.argmax(axis=1) + 1, 0)

    def scores(self, logits: NDArray[np.floating]) -> NDArray[np.float64]:
        """Scores from 0 to 1, [n, outputs], from logits [n, outputs]."""
        return activated(logits.astype(np.float64), self.activation)

    def defect_scores(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Score for any defect, [n]: one minus none, or the highest class."""
        return scores.max(axis=1) if self.name == "multilabel" else 1 - scores[:, 0]

    def right(self, scores: NDArray[np.float64], labels: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether each prediction is right, [n].

        Binary: defect or none. Multiclass: the most probable output is one of the item's classes,
            or
        none for a clean item. Multilabel: likewise, with none predicted if every class is below one
        half.
        """
        if self.name == "multilabel":
            scores = np.column_stack([scores.max(axis=1) < 0.5, scores])
        answers = scores.argmax(axis=1)
        clean = ~labels.any(axis=1, keepdims=True)
        if self.name == "binary":
            return (answers == 0) == clean[:, 0]
        return np.hstack([clean, labels])[np.arange(len(labels)), answers]
