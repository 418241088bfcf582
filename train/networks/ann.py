"""The study's dense networks: the 256×256 picture, flattened, through ReLU layers.

Adam, batches of 32, 15 epochs, softmax over two outputs. The networks end in logits; loss and host
apply the softmax.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from train.backend import load_keras
from train.networks.defaults import (
    Network,
    Shape,
    TrainingDefaults,
)

STUDY = TrainingDefaults(epochs=15, input=(256, 256))


def dense_network(
    shape: Shape, outputs: int, *, units: Sequence[int], l2: float = 0.0, name: str
) -> Any:
    """A ``keras.Model`` of dense ReLU layers of ``units``, with L2 penalty on their kernels.

    Input: float32 [n, *shape] from 0 to 1. Output: logits [n, outputs].
    """
    keras = load_keras()
    inputs = keras.Input(shape, name="frame")
    x = keras.layers.Flatten()(inputs)
    for width in units:
        penalty = keras.regularizers.L2(l2) if l2 else None
        x = keras.layers.Dense(width, activation="relu", kernel_regularizer=penalty)(x)
    return keras.Model(inputs, keras.layers.Dense(outputs, name="logits")(x), name=name)


def ann1(shape: Shape, outputs: int) -> Any:
    return dense_network(shape, outputs, units=(64, 64), name="ann1")


def ann2(shape: Shape, outputs: int) -> Any:
    return dense_network(shape, outputs, units=(128,) * 4, name="ann2")


def ann3(shape: Shape, outputs: int) -> Any:
    return dense_network(shape, outputs, units=(128,) * 4, l2=0.001, name="ann3")


NETWORKS = (
    Network("ann1", ann1, STUDY, "the study's dense network, 64-64"),
    Network("ann2", ann2, STUDY, "the study's dense network, 128×4"),
    Network("ann3", ann3, STUDY, "the study's dense network, 128×4 with L2 0.001"),
)
