"""Keras networks as functions of a fixed shape, and inputs in matching batches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.vision.preprocess import as_fractions
from train.backend import load_keras

Shape = tuple[int, ...]

INPUT = "frame"
"""Input name of every exported network."""

Inputs = NDArray[np.uint8] | NDArray[np.float32]
"""Pictures [n, height, width] uint8, scaled to 0 to 1; or values [n, ...] float32, unscaled."""


def function_of(model: Any, shape: Shape | None = None) -> tuple[Any, Any]:
    """A ``tf.function`` of a ``keras.Model`` in inference mode, and its ``tf.TensorSpec``.

    Args:
        model: Network with one input.
        shape: Input shape with batch; None: one input of the model's size.
    """
    load_keras()
    import tensorflow as tf

    signature = tf.TensorSpec(shape or (1, *model.input_shape[1:]), tf.float32, name=INPUT)

    # A fixed function name, because the converters write it into the file.
    @tf.function(input_signature=[signature])  # type: ignore[untyped-decorator]
    def network(frame: Any) -> Any:
        return model(frame, training=False)

    return network, signature


def in_batches(inputs: Inputs, batch: int) -> Iterator[NDArray[np.float32]]:
    """Inputs in batches of ``batch``; the last one is padded with zeros.

    Pictures become [batch, height, width, 1] from 0 to 1; float values are not changed.
    """
    for start in range(0, len(inputs), batch):
        part = inputs[start : start + batch]
        if part.dtype == np.uint8:
            part = as_fractions(part)
        lacking = [(0, batch - len(part)), *((0, 0) for _ in part.shape[1:])]
        yield np.pad(part, lacking)


def with_full_range(inputs: Inputs) -> Inputs:
    """A copy of pictures with one black and one white pixel, so that their range is 0 to 1."""
    if inputs.dtype != np.uint8:
        return inputs
    inputs = inputs.copy()
    inputs[0, 0, :2] = 0, 255
    return inputs
