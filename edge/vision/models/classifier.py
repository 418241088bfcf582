"""The classifier, which predicts the defect class of a region, or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.vision.models.stage import StageModel


@dataclass(frozen=True, slots=True)
class ClassScores:
    """Scores of n regions.

    Attributes:
        classes: Probability of each class, [n, classes].
        none: Probability that there is no defect, [n].
        maps: Class activation maps of each class against none, in logits, [n, rows, columns,
            classes]; None if they were not requested or the network has none.
    """

    classes: NDArray[np.float32]
    none: NDArray[np.float32]
    maps: NDArray[np.float32] | None = None


class Classifier(StageModel):
    """Scores suspicious regions. Outputs are (none, *classes) with softmax, or the classes only.

    If the network has no output for none (multilabel), its probability is one minus that of the
    most likely class.
    """

    def scores(self, batch: NDArray[np.uint8], *, maps: bool = False) -> ClassScores:
        """Class scores of network inputs [n, height, width] uint8, with ``maps`` if requested."""
        if maps:
            logits, places = self.engine.run_with_maps(batch)
            return class_scores(self.fractions(logits), self.outputs, places)
        return class_scores(self.probabilities(batch), self.outputs)


def class_scores(
    probabilities: NDArray[np.float32],
    outputs: Sequence[str],
    maps: NDArray[np.float32] | None = None,
) -> ClassScores:
    """Scores of n regions, from a classifier's probabilities.

    Args:
        probabilities: The classifier's probabilities, [n, outputs].
        outputs: Meaning of each output.
        maps: Class activation maps of the logits, [n, rows, columns, outputs]; None without maps.
    """
    if outputs[0] == "none":
        against_none = None if maps is None else maps[..., 1:] - maps[..., :1]
        return ClassScores(probabilities[:, 1:], probabilities[:, 0], against_none)
    return ClassScores(probabilities, 1.0 - probabilities.max(axis=1), maps)
