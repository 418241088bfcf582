"""The gate, which decides quickly whether a region may show a defect."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge.vision.models.stage import StageModel


class Gate(StageModel):
    """Scores every region of a frame. Outputs are (none, defect), or (defect,)."""

    def scores(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Probability of a defect [n] of network inputs [n, height, width] uint8."""
        return defect_probabilities(self.probabilities(batch), self.outputs)


def defect_probabilities(
    probabilities: NDArray[np.float32], outputs: Sequence[str]
) -> NDArray[np.float32]:
    """Select the probability of a defect, [n], from a gate's probabilities [n, outputs].

    Args:
        probabilities: The gate's probabilities.
        outputs: Meaning of each output.
    """
    return probabilities[:, outputs.index("defect")]
