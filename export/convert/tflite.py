"""Conversion of Keras networks to TFLite, in float32 and in fewer bits.

The network is frozen first: its variables become constants of a concrete function with a fixed
batch. Without freezing, some networks are converted wrongly without any error. Networks of pictures
are converted at batch size 1: sixteen calls with one region take as long as one call with sixteen
(2.3–4.6 ms, within noise), and graphs that flatten cannot be resized later.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edge.core.errors import EngineError
from export.convert.freezing import (
    Inputs,
    Shape,
    function_of,
    in_batches,
    with_full_range,
)
from export.convert.operations import operations, preserving_interpreter
from export.convert.quantization import (
    PLAIN,
    Quantization,
    layers_of,
)
from export.convert.ranges import clip_ranges
from export.convert.silence import quiet

INPUT_SCALE = 1.0 / 255.0
INPUT_ZERO_POINT = -128
"""With these the device's int8 input is the pixel minus 128, without arithmetic."""


def convert(model: Any, shape: Shape | None = None) -> bytes:
    """A ``keras.Model`` as float32 TFLite.

    Args:
        model: Network with one input, such as pictures [n, height, width, 1] from 0 to 1.
        shape: Input shape with batch; None: one input of the model's size.
    """
    return _converted(_converter(model, shape))


def convert_float16(model: Any, shape: Shape | None = None) -> bytes:
    """As TFLite with float16 weights."""
    import tensorflow as tf

    converter = _converter(model, shape)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    return _converted(converter)


def quantize_weights(model: Any, shape: Shape | None = None) -> bytes:
    """As TFLite with int8 weights and dynamically quantized activations (dynamic range)."""
    import tensorflow as tf

    converter = _converter(model, shape)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    return _converted(converter)


def quantize_int16x8(model: Any, representative: Inputs, shape: Shape | None = None) -> bytes:
    """As TFLite with 16-bit activations and 8-bit weights; arguments as for ``quantize``."""
    import tensorflow as tf

    return _converted(
        _calibrated(
            model,
            representative,
            shape,
            tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8,
        )
    )


def quantize(
    model: Any,
    representative: Inputs,
    shape: Shape | None = None,
    quantization: Quantization = PLAIN,
) -> bytes:
    """As TFLite in full int8, weights per channel.

    Args:
        model: As for ``convert``.
        representative: Representative dataset, which sets activation ranges.
        shape: As for ``convert``.
        quantization: Calibration method, and layers kept in float.

    Raises:
        EngineError: The quantized input is not the pixel minus 128.
    """
    import tensorflow as tf

    converter = _calibrated(model, representative, shape, tf.lite.OpsSet.TFLITE_BUILTINS_INT8)
    pictures = representative.dtype == np.uint8
    # Float inputs are quantized by the graph, which is faster than NumPy.
    converter.inference_input_type = tf.int8 if pictures else tf.float32
    converter.inference_output_type = tf.int8
    if quantization == PLAIN:
        content = _converted(converter)
    else:
        content = _quantized_in_steps(converter, model, representative, shape, quantization)
    if pictures:
        _check_input(content)
    return content


def _calibrated(model: Any, representative: Inputs, shape: Shape | None, ops: Any) -> Any:
    """A calibrating converter for the operations in ``ops``."""
    import tensorflow as tf

    inputs, batch = with_full_range(representative), shape[0] if shape else 1
    converter = _converter(model, shape)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([part] for part in in_batches(inputs, batch))
    converter.target_spec.supported_ops = [ops]
    return converter


def _quantized_in_steps(
    converter: Any,
    model: Any,
    representative: Inputs,
    shape: Shape | None,
    quantization: Quantization,
) -> bytes:
    """Calibrate, adjust ranges and quantize in separate steps, with some layers kept in float."""
    import tensorflow as tf
    from tensorflow.lite.python.convert import mlir_quantize

    converter._experimental_calibrate_only = True
    ranges = _converted(converter)
    if quantization.calibration != "minmax":
        batches = in_batches(with_full_range(representative), shape[0] if shape else 1)
        ranges = clip_ranges(ranges, batches)
    interpreter = preserving_interpreter(ranges)
    every = list(operations(interpreter, layers_of(model)))
    kept = {operation for operation in every if operation.layer in quantization.kept}
    exits = {int(details["index"]) for details in interpreter.get_output_details()}
    # Otherwise the output of a float layer would still be clipped to its calibrated range.
    whole = any(operation.output in exits for operation in kept)
    with quiet():
        return bytes(
            mlir_quantize(
                ranges,
                fully_quantize=True,
                input_data_type=converter.inference_input_type,
                output_data_type=tf.float32 if whole else converter.inference_output_type,
                denylisted_nodes={operation.name for operation in kept},
            )
        )


def _converter(model: Any, shape: Shape | None) -> Any:
    network, _ = function_of(model, shape)
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2,
    )

    frozen = convert_variables_to_constants_v2(network.get_concrete_function())
    with quiet():
        return tf.lite.TFLiteConverter.from_concrete_functions([frozen])


def _converted(converter: Any) -> bytes:
    with quiet():
        return bytes(converter.convert())


def _check_input(content: bytes) -> None:
    from ai_edge_litert.interpreter import Interpreter

    scale, zero_point = Interpreter(model_content=content).get_input_details()[0]["quantization"]
    if abs(scale - INPUT_SCALE) > 1e-7 or zero_point != INPUT_ZERO_POINT:
        raise EngineError(
            f"the int8 network quantizes its input with scale {scale:.6g}, zero point "
            f"{zero_point}, so its input is not the pixel minus 128",
            "Its first layer may rescale; let the network take values from 0 to 1",
        )
