"""Turns logits into probabilities: an activation function and a temperature.

Probabilities have the dtype of their logits: float32 on a device, float64 in training's figures.
"""

from __future__ import annotations

from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

Activation = Literal["softmax", "sigmoid"]

_Float = TypeVar("_Float", bound=np.floating)


def softmax(logits: NDArray[_Float]) -> NDArray[_Float]:
    """Softmax over the last axis of [n, k]."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), dtype=logits.dtype)


def sigmoid(logits: NDArray[_Float]) -> NDArray[_Float]:
    """Logistic function of each entry; large logits saturate without a warning."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * logits)), dtype=logits.dtype)


def activated(
    logits: NDArray[_Float], activation: Activation, temperature: float = 1.0
) -> NDArray[_Float]:
    """Probabilities [n, outputs] of a network's logits [n, outputs].

    Args:
        logits: The network's logits.
        activation: ``softmax`` over all outputs, or ``sigmoid`` of each output by itself.
        temperature: Divisor of the logits that calibrates the probabilities; 1 changes nothing
            (Guo et al. 2017, "On Calibration of Modern Neural Networks").
    """
    scaled = np.asarray(logits / logits.dtype.type(temperature), dtype=logits.dtype)
    return softmax(scaled) if activation == "softmax" else sigmoid(scaled)
