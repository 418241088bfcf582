"""A stage of the cascade: one network in one engine, with the meaning of its outputs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edge.core.errors import NotFiniteError
from edge.core.geometry import Geometry
from edge.vision.engines.activations import Activation, activated
from edge.vision.engines.base import Engine


class StageModel:
    """Runs a network on regions and turns its logits into probabilities.

    Args:
        engine: The loaded model.
        geometry: How a frame is cut into this network's inputs.
        outputs: Meaning of each output, in order.
        activation: ``softmax`` over all outputs, or ``sigmoid`` of each output by itself.
        temperature: Divisor of the logits that calibrates the probabilities; 1 changes nothing.
    """

    def __init__(
        self,
        engine: Engine,
        geometry: Geometry,
        outputs: tuple[str, ...],
        activation: Activation,
        temperature: float = 1.0,
    ) -> None:
        self.engine = engine
        self.geometry = geometry
        self.outputs = outputs
        self.activation = activation
        self.temperature = temperature

    def probabilities(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Probabilities [n, outputs] of network inputs [n, height, width] uint8."""
        return self.fractions(self.engine.run(batch))

    def fractions(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        """Probabilities [n, outputs] of logits [n, outputs].

        Raises:
            NotFiniteError: A logit or a probability is no finite number.
        """
        with np.errstate(all="ignore"):
            fractions = activated(logits, self.activation, self.temperature)
        if not (np.isfinite(logits).all() and np.isfinite(fractions).all()):
            raise NotFiniteError(
                f"a network of the bundle gives scores that are no finite numbers "
                f"({', '.join(self.outputs)})"
            )
        return fractions
