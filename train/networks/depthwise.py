"""Depthwise-separable building blocks that quantize fully to int8.

Only convolutions, norms, ReLU6 and pooling are used: hard-swish and squeeze-excite would split the
int8 graph into parts that XNNPACK cannot run. Layers have the names of Keras's MobileNet, so that
its weights can be assigned.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from train.backend import load_keras

FEATURES, LOGITS = "features", "logits"
"""Names of the last feature map [h, w, c] and of the dense layer. Its kernel [2c, outputs] weighs
each channel's maximum, then each channel's mean; class activation maps use both."""


def stem(x: Any, filters: int) -> Any:
    """A 3×3 convolution of stride 2."""
    layers = load_keras().layers
    x = layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=False, name="conv1")(x)
    return norm_relu6(x, "conv1")


def patch_stem(x: Any, filters: int) -> Any:
    """A 6×12 convolution of stride 4, for a picture whose width is a multiple of four.

    Four neighbouring pixels of a line first become channels. A SIMD register then holds four pixels
    instead of one grey pixel, and the layers at half size, which need much memory for little
    arithmetic, are left out.
    """
    layers = load_keras().layers
    height, width, _ = x.shape[1:]
    x = layers.Reshape((height, width // 4, 4), name="fours")(x)
    x = layers.Conv2D(
        filters, (6, 3), strides=(4, 1), padding="same", use_bias=False, name="conv1"
    )(x)
    return norm_relu6(x, "conv1")


def block(x: Any, filters: int, stride: int, number: int, *, name: str | None = None) -> Any:
    """A depthwise 3×3 and a pointwise convolution; ``name`` names the block's output."""
    layers = load_keras().layers
    depthwise, pointwise = f"conv_dw_{number}", f"conv_pw_{number}"
    x = layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False, name=depthwise)(x)
    x = norm_relu6(x, depthwise)
    x = layers.Conv2D(filters, 1, use_bias=False, name=pointwise)(x)
    return norm_relu6(x, pointwise, name)


def pooled_classifier(inputs: Any, features: Any, outputs: int, name: str) -> Any:
    """The ``keras.Model`` with a classifier on the global maximum and mean of ``features``.

    The maximum responds to a small pit, the mean to a texture.
    """
    keras = load_keras()
    layers = keras.layers
    pooled = [layers.GlobalMaxPooling2D()(features), layers.GlobalAveragePooling2D()(features)]
    x = layers.Dropout(0.2)(layers.Concatenate()(pooled))
    return keras.Model(inputs, layers.Dense(outputs, name=LOGITS)(x), name=name)


def trunk(
    shape: tuple[int | None, int | None, int],
    width: int,
    blocks: tuple[tuple[int, int], ...],
    make_stem: Callable[[Any, int], Any] = stem,
) -> tuple[Any, Any]:
    """Input and last feature map of a stem of ``width`` filters and blocks of (filters, stride)."""
    inputs = load_keras().Input(shape, name="frame")
    x = make_stem(inputs, width)
    for number, (filters, stride) in enumerate(blocks, start=1):
        x = block(x, filters, stride, number, name=FEATURES if number == len(blocks) else None)
    return inputs, x


def norm_relu6(x: Any, layer: str, name: str | None = None) -> Any:
    """Batch norm and ReLU6 after ``layer``; ``name`` names the output."""
    layers = load_keras().layers
    x = layers.BatchNormalization(momentum=0.97, name=f"{layer}_bn")(x)
    return layers.ReLU(max_value=6.0, name=name or f"{layer}_relu")(x)
