"""The classifier: which class of defect does a region show, or none after all?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.models.stage import StageModel


@dataclass(frozen=True, slots=True)
class ClassScores:
    """Scores of n regions.

    Attributes:
        classes: Probability of each class, [n, classes].
        none: Probability that there is no defect, [n].
    """

    classes: NDArray[np.float32]
    none: NDArray[np.float32]


class Classifier(StageModel):
    """Scores suspicious regions. Outputs are (none, *classes) with softmax, or the classes alone.

    Where the network has no output for none (multilabel), it is what the likeliest class leaves.
    """

    def scores(self, batch: NDArray[np.uint8]) -> ClassScores:
        """Class scores of network inputs [n, height, width] uint8."""
        probabilities = self.probabilities(batch)
        if self.outputs[0] == "none":
            return ClassScores(probabilities[:, 1:], probabilities[:, 0])
        return ClassScores(probabilities, 1.0 - probabilities.max(axis=1))
