"""What a network is asked: its outputs, its targets, and how its answers are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from edge.vision.engines.activations import Activation, activated

NONE = "none"
"""Output for an item without a defect."""

TaskName = Literal["binary", "multiclass", "multilabel"]


@dataclass(frozen=True, slots=True)
class Task:
    """One of the three questions about an item.

    ``binary`` is softmax over none and defect; ``multiclass`` softmax over none and the classes,
    an item with several counting as its lowest, as in the study; ``multilabel`` a sigmoid for each
    class.
    """

    name: TaskName
    classes: tuple[str, ...]

    @property
    def outputs(self) -> tuple[str, ...]:
        """What each logit stands for."""
        if self.name == "binary":
            return (NONE, "defect")
        return self.classes if self.name == "multilabel" else (NONE, *self.classes)

    @property
    def activation(self) -> Activation:
        """What turns the logits into fractions, applied on the host."""
        return "sigmoid" if self.name == "multilabel" else "softmax"

    def targets(self, labels: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Wanted outputs [n, outputs] of items that show ``labels`` [n, classes]."""
        if self.name == "multilabel":
            return labels.astype(np.float32)
        lowest = self.groups(labels)
        answer = np.minimum(lowest, 1) if self.name == "binary" else lowest
        return np.eye(len(self.outputs), dtype=np.float32)[answer]

    def groups(self, labels: NDArray[np.bool_]) -> NDArray[np.intp]:
        """0 where an item is clean, else 1 + its lowest class, [n]."""
        return np.where(labels.any(axis=1), labels.argmax(axis=1) + 1, 0)

    def scores(self, logits: NDArray[np.floating]) -> NDArray[np.float64]:
        """Fractions [n, outputs] from logits [n, outputs]."""
        return activated(logits.astype(np.float64), self.activation)

    def defect_scores(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """How surely an item shows any defect, [n]: one minus none, or the surest class."""
        return scores.max(axis=1) if self.name == "multilabel" else 1 - scores[:, 0]

    def right(self, scores: NDArray[np.float64], labels: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether each answer is right, [n].

        Binary: defect or none. Multiclass: the likeliest output is one of the item's classes, or
        none where it is clean. Multilabel likewise, none being likeliest where every class is
        below one half.
        """
        if self.name == "multilabel":
            scores = np.column_stack([scores.max(axis=1) < 0.5, scores])
        answers = scores.argmax(axis=1)
        clean = ~labels.any(axis=1, keepdims=True)
        if self.name == "binary":
            return (answers == 0) == clean[:, 0]
        return np.hstack([clean, labels])[np.arange(len(labels)), answers]
