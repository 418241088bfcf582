"""The gate: is there anything on this region?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edge.vision.models.stage import StageModel


class Gate(StageModel):
    """Scores every region of a frame. Outputs are (none, defect), or (defect,) alone."""

    def scores(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Probability of a defect [n] of network inputs [n, height, width] uint8."""
        return self.probabilities(batch)[:, self.outputs.index("defect")]
