"""Convolutional networks: the study's four, and a compact depthwise one for the line.

The study's use 2×2 kernels and 64 filters throughout on the 256×256 picture. Where it does not say
where to pool, every convolution is pooled, without which the first dense layer alone would hold
hundreds of millions of weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from train.backend import load_keras
from train.networks.recipe import Network, Recipe, Shape

STUDY = Recipe(epochs=10, input=(256, 256))

COMPACT = Recipe(
    epochs=40,
    batch=32,
    learning_rate=2e-3,
    optimizer="adamw",
    weight_decay=0.01,
    warmup_epochs=2,
    label_smoothing=0.05,
    augment=True,
    balance=0.5,
    region=(200, 128),
    best_weights=True,
)


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

    The L2 penalty is on the dense kernels. Takes float32 [n, *shape] from 0 to 1, gives logits
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


GATE_BLOCKS = ((24, 2), (32, 1), (56, 2), (56, 1), (56, 1), (96, 2), (128, 1))
"""Filters and stride of each block: 19 MFLOP on a 200×128 tile, of which a frame has sixteen."""

CLASSIFIER_BLOCKS = ((32, 2), (48, 1), (96, 2), (96, 1), (96, 1), (128, 2), (192, 1))
"""39 MFLOP on a 200×128 tile; only tiles that the gate suspects are put through it."""


def compact_network(shape: Shape, outputs: int, *, blocks: Sequence[tuple[int, int]]) -> Any:
    """A depthwise-separable ``keras.Model`` that quantizes whole.

    ``blocks`` holds filters and stride of each block after a 3×3 stem of stride 2. Only
    convolutions, ReLU6 and pooling are used: hard-swish and squeeze-excite would cut the int8
    graph into pieces that XNNPACK cannot run. The head looks at the maximum over the region, where
    a small pit shows, beside the mean, where a texture does. Takes float32 [n, *shape] from 0 to
    1, gives logits [n, outputs].
    """
    keras = load_keras()
    layers = keras.layers

    def norm_relu6(x: Any) -> Any:
        return layers.ReLU(max_value=6.0)(layers.BatchNormalization(momentum=0.97)(x))

    inputs = keras.Input(shape, name="frame")
    x = layers.Conv2D(16, 3, strides=2, padding="same", use_bias=False)(inputs)
    x = norm_relu6(x)
    for filters, stride in blocks:
        x = layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False)(x)
        x = norm_relu6(x)
        x = layers.Conv2D(filters, 1, use_bias=False)(x)
        x = norm_relu6(x)
    x = layers.Concatenate()([layers.GlobalMaxPooling2D()(x), layers.GlobalAveragePooling2D()(x)])
    x = layers.Dropout(0.2)(x)
    return keras.Model(inputs, layers.Dense(outputs, name="logits")(x), name="compact")


def compact(shape: Shape, outputs: int) -> Any:
    """Narrow with two outputs, as the gate has, and wider with more."""
    blocks = GATE_BLOCKS if outputs <= 2 else CLASSIFIER_BLOCKS
    return compact_network(shape, outputs, blocks=blocks)


NETWORKS = (
    Network("cnn1", cnn1, STUDY, "the study's: 5 convolutions, 64-64 dense"),
    Network("cnn2", cnn2, STUDY, "the study's: 5 convolutions, 4 pools, 128-128 dense, L2 0.01"),
    Network("cnn3", cnn3, STUDY, "the study's: 7 convolutions, 256-256 dense, L2 0.01"),
    Network("cnn4", cnn4, STUDY, "the study's: 7 convolutions, 256×3 dense, L2 0.001"),
    Network("compact", compact, COMPACT, "depthwise, ReLU6, for int8 beside the line"),
)
