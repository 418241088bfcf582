"""A Keras network as a function of one fixed shape, and inputs in the batches that it takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.vision.preprocess import as_fractions
from train.backend import load_keras

Shape = tuple[int, ...]

INPUT = "frame"
"""What every exported network calls its input."""

Inputs = NDArray[np.uint8] | NDArray[np.float32]
"""Pictures [n, height, width] uint8, 255 is 1.0, or numbers [n, ...] float32 as they are."""


def function_of(model: Any, shape: Shape | None = None) -> tuple[Any, Any]:
    """A ``tf.function`` of a ``keras.Model`` in inference, and the ``tf.TensorSpec`` that it takes.

    Args:
        model: Of one input.
        shape: Of the input, batch included; None takes one of the size that the model states.
    """
    load_keras()
    import tensorflow as tf

    signature = tf.TensorSpec(shape or (1, *model.input_shape[1:]), tf.float32, name=INPUT)

    # A function with a name of its own: the converters write names into the file.
    @tf.function(input_signature=[signature])  # type: ignore[untyped-decorator]
    def network(frame: Any) -> Any:
        return model(frame, training=False)

    return network, signature


def in_batches(inputs: Inputs, batch: int) -> Iterator[NDArray[np.float32]]:
    """Inputs as a network takes them, ``batch`` at a time; the last batch is filled with zeros.

    Pictures become [batch, height, width, 1] from 0 to 1; numbers stay as they are.
    """
    for start in range(0, len(inputs), batch):
        part = inputs[start : start + batch]
        if part.dtype == np.uint8:
            part = as_fractions(part)
        lacking = [(0, batch - len(part)), *((0, 0) for _ in part.shape[1:])]
        yield np.pad(part, lacking)


def spanning(inputs: Inputs) -> Inputs:
    """Pictures with one black and one white pixel, so that their range is 0 to 1; a copy."""
    if inputs.dtype != np.uint8:
        return inputs
    inputs = inputs.copy()
    inputs[0, 0, :2] = 0, 255
    return inputs
