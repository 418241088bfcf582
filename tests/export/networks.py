"""Small networks with weights by chance that tests convert, and inputs for them."""

from __future__ import annotations

from typing import Any

import numpy as np

from train.backend import load_keras

INPUTS = np.random.default_rng(0).integers(90, 160, (24, 32, 32), dtype=np.uint8)


def convolutional(wild: bool = False) -> Any:
    """Two convolutions and logits [n, 3]; ``wild`` gives one channel of the second huge weights."""
    keras = load_keras()
    keras.utils.set_random_seed(1)
    layers = keras.layers
    inputs = keras.Input((32, 32, 1))
    x = layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False, name="first")(inputs)
    x = layers.BatchNormalization(name="first_bn")(x)
    x = layers.ReLU(max_value=6.0, name="first_relu")(x)
    x = layers.DepthwiseConv2D(3, padding="same", name="second")(x)
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    model = keras.Model(inputs, layers.Dense(3, name="logits")(x))
    if wild:
        kernel, bias = model.get_layer("second").get_weights()
        kernel[:, :, 0] *= 3000.0
        model.get_layer("second").set_weights([kernel, bias])
        weights, edge = model.get_layer("logits").get_weights()
        weights[0] /= 3000.0
        model.get_layer("logits").set_weights([weights, edge])
    return model


def dense() -> Any:
    """Logits [n, 2] of a dense network."""
    keras = load_keras()
    keras.utils.set_random_seed(2)
    inputs = keras.Input((32, 32, 1))
    x = keras.layers.Dense(8, activation="relu", name="hidden")(keras.layers.Flatten()(inputs))
    return keras.Model(inputs, keras.layers.Dense(2, name="logits")(x))
