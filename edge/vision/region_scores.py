"""The scores of regions, and the decision score that combines gate and classifier."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.core.geometry import Box
from edge.vision.models.classifier import ClassScores


@dataclass(frozen=True, slots=True)
class RegionScores:
    """Scores of every region of a frame, including those that the gate would stop.

    Attributes:
        boxes: The regions.
        gate: The gate's probability of a defect, [regions].
        classes: The classifier's scores; None if the bundle has no classifier.
        decision: Decision scores, to be compared with the decision threshold, [regions].
    """

    boxes: list[Box]
    gate: NDArray[np.float32]
    classes: ClassScores | None
    decision: NDArray[np.float32]


def decision_scores(gate: NDArray[np.float32], classes: ClassScores) -> NDArray[np.float32]:
    """Mean of both networks' probabilities of a defect, [n]."""
    return np.asarray((gate + (1.0 - classes.none)) / 2, dtype=np.float32)
