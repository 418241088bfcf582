"""What turns logits into probabilities: an activation and a temperature, without any engine."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Activation = Literal["softmax", "sigmoid"]


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Softmax over the last axis of [n, k]."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), dtype=np.float32)


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Logistic function of each entry; large logits saturate without a warning."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * logits)), dtype=np.float32)


def activated(
    logits: NDArray[np.float32], activation: Activation, temperature: float = 1.0
) -> NDArray[np.float32]:
    """Probabilities [n, outputs] of a network's logits [n, outputs].

    Args:
        logits: Of the network.
        activation: ``softmax`` over all outputs, or ``sigmoid`` of each alone.
        temperature: What logits are divided by first, so that probabilities are calibrated; 1
            leaves them as they are (Guo et al. 2017, "On Calibration of Modern Neural Networks").
    """
    activate = softmax if activation == "softmax" else sigmoid
    return activate(logits / np.float32(temperature))
