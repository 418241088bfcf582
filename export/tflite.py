"""Keras networks to TFLite, in float32 and in full int8, by the one route that holds.

The network is frozen first: its variables become constants of a concrete function with a batch of
one. Converted without that, some networks come out silently broken. Networks are converted at batch
one because sixteen calls with one region each take as long as one call with sixteen (2.3–4.6 ms,
within noise), and graphs that flatten cannot be resized afterwards.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.engines.base import open_engine
from edge.errors import EngineError
from edge.quiet import native_stderr_silenced
from train.backend import load_keras

INPUT_SCALE = 1.0 / 255.0
INPUT_ZERO_POINT = -128
"""With these the device's int8 input is the pixel minus 128, without arithmetic."""

CONVERSION_TOLERANCE = 1e-3
"""Greatest difference of float32 logits from Keras's, as a share of the largest logit."""


def convert(model: Any) -> bytes:
    """A ``keras.Model`` of input [n, height, width, 1] (0 to 1) as float32 TFLite of batch one."""
    return _converted(_converter(model))


def quantize(model: Any, representative: NDArray[np.uint8]) -> bytes:
    """The same in full int8, weights per channel.

    Args:
        model: A ``keras.Model`` of input [n, height, width, 1] from 0 to 1.
        representative: Network inputs [n, height, width] that set the ranges of activations.

    Raises:
        EngineError: The input does not come out as the pixel minus 128.
    """
    import tensorflow as tf

    inputs = _spanning(representative)
    converter = _converter(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: _single(inputs)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.int8
    content = _converted(converter)
    _check_input(content)
    return content


def largest_difference(model: Any, content: bytes, inputs: NDArray[np.uint8]) -> float:
    """How far TFLite's logits lie from Keras's on inputs [n, height, width].

    A share of Keras's largest logit; above ``CONVERSION_TOLERANCE`` a float32 file is broken.
    """
    wanted = np.asarray(model.predict_on_batch(_scaled(inputs)))
    got = open_engine(content).run(inputs)
    return float(np.abs(got - wanted).max() / np.abs(wanted).max().clip(1.0))


def _converter(model: Any) -> Any:
    load_keras()
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2,
    )

    height, width = model.input_shape[1:3]
    signature = tf.TensorSpec((1, height, width, 1), tf.float32, name="frame")

    # A function with a name of its own: the converter writes names into the file.
    @tf.function(input_signature=[signature])  # type: ignore[untyped-decorator]
    def network(frame: Any) -> Any:
        return model(frame, training=False)

    frozen = convert_variables_to_constants_v2(network.get_concrete_function())
    with _quiet():
        return tf.lite.TFLiteConverter.from_concrete_functions([frozen])


def _converted(converter: Any) -> bytes:
    with _quiet():
        return bytes(converter.convert())


def _scaled(inputs: NDArray[np.uint8]) -> NDArray[np.float32]:
    return (inputs.astype(np.float32) / np.float32(255))[..., np.newaxis]


def _single(inputs: NDArray[np.uint8]) -> Iterator[list[NDArray[np.float32]]]:
    for i in range(len(inputs)):
        yield [_scaled(inputs[i : i + 1])]


def _spanning(inputs: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A copy with one black and one white pixel, so that the input's range is 0 to 1."""
    inputs = inputs.copy()
    inputs[0, 0, :2] = 0, 255
    return inputs


def _check_input(content: bytes) -> None:
    from ai_edge_litert.interpreter import Interpreter

    scale, zero_point = Interpreter(model_content=content).get_input_details()[0]["quantization"]
    if abs(scale - INPUT_SCALE) > 1e-7 or zero_point != INPUT_ZERO_POINT:
        raise EngineError(
            f"the int8 network takes its input at scale {scale:.6g}, zero point {zero_point}, "
            f"not as the pixel minus 128",
            "Its first layer may rescale; let the network take 0 to 1 as it comes",
        )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the converter's chatter off stderr, where it would tear the progress bar."""
    logger = logging.getLogger("absl")
    level = logger.level
    try:
        with native_stderr_silenced(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            logger.setLevel(logging.ERROR)
            yield
    finally:
        logger.setLevel(level)
