"""A stage of the cascade: one network in one engine, and what its outputs mean."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from edge.core.geometry import Geometry
from edge.vision.engines.base import Engine

Activation = Literal["softmax", "sigmoid"]


class StageModel:
    """Runs a network on regions and turns its logits into probabilities.

    Args:
        engine: The loaded model.
        geometry: How a frame becomes this network's inputs.
        outputs: What each output stands for, in order.
        activation: ``softmax`` over all outputs, or ``sigmoid`` for each alone.
        temperature: What logits are divided by first, so that probabilities can be taken at their
            word; 1 leaves them as they are.
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
        self.temperature = temperature
        self._activate = softmax if activation == "softmax" else sigmoid

    def probabilities(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Probabilities [n, outputs] of network inputs [n, height, width] uint8."""
        return self.fractions(self.engine.run(batch))

    def fractions(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        """Probabilities [n, outputs] of logits [n, outputs]."""
        return self._activate(logits / np.float32(self.temperature))


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Softmax over the last axis of [n, k]."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), dtype=np.float32)


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Logistic function of each entry; large logits saturate without a warning."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * logits)), dtype=np.float32)
