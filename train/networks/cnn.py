"""The study's four convolutional networks.

They use 2×2 kernels and 64 filters throughout on the 256×256 picture. Where the study does not say
which convolutions are pooled, all are; otherwise the first dense layer alone would have hundreds of
millions of weights.
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

STUDY = TrainingDefaults(epochs=10, input=(256, 256))


def study_network(
    shape: Shape,
    outputs: int,
    *,
    convolutions: int,
    pools: int,
    units: Sequence[int],
    l2: float = 0.0,
    name: str,
) -> Any:
    """A ``keras.Model`` of 2×2 convolutions of 64 filters, the first ``pools`` of them pooled.

    The L2 penalty is on the dense kernels. Input: float32 [n, *shape] from 0 to 1. Output: logits
    [n, outputs].
    """
    keras = load_keras()
    layers = keras.layers
    inputs = keras.Input(shape, name="frame")
    x = inputs
    for i in range(convolutions):
        x = layers.Conv2D(64, 2, activation="relu")(x)
        if i < pools:
            x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    for width in units:
        penalty = keras.regularizers.L2(l2) if l2 else None
        x = layers.Dense(width, activation="relu", kernel_regularizer=penalty)(x)
    return keras.Model(inputs, layers.Dense(outputs, name="logits")(x), name=name)


def cnn1(shape: Shape, outputs: int) -> Any:
    return study_network(shape, outputs, convolutions=5, pools=5, units=(64, 64), name="cnn1")


def cnn2(shape: Shape, outputs: int) -> Any:
    return study_network(
        shape, outputs, convolutions=5, pools=4, units=(128, 128), l2=0.01, name="cnn2"
    )


def cnn3(shape: Shape, outputs: int) -> Any:
    return study_network(
        shape, outputs, convolutions=7, pools=7, units=(256, 256), l2=0.01, name="cnn3"
    )


def cnn4(shape: Shape, outputs: int) -> Any:
    return study_network(
        shape, outputs, convolutions=7, pools=7, units=(256,) * 3, l2=0.001, name="cnn4"
    )


NETWORKS = (
    Network("cnn1", cnn1, STUDY, "the study's: 5 convolutions, 64-64 dense"),
    Network("cnn2", cnn2, STUDY, "the study's: 5 convolutions, 4 pools, 128-128 dense, L2 0.01"),
    Network("cnn3", cnn3, STUDY, "the study's: 7 convolutions, 256-256 dense, L2 0.01"),
    Network("cnn4", cnn4, STUDY, "the study's: 7 convolutions, 256×3 dense, L2 0.001"),
)
