"""Keras networks to ONNX, in float32 and in 8 bits, for ONNX Runtime.

Eight bits are written as pairs of quantizing and dequantizing nodes, activations unsigned and
weights signed, per channel: measured on x86, two to three times as fast as signed activations. The
pairs at the graph's own border are taken off, so that pixels go in as they are and large maps come
out as bytes; what the bytes mean is in the file's metadata.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.engines.onnx import QUANTIZATION
from edge.errors import EngineError, MissingExtraError
from export.canonical import canonical
from export.freezing import INPUT, Inputs, Shape, function_of, in_batches, spanning
from export.quiet import quiet

OPSET = 17

INPUT_SCALE = 1.0 / 255.0
"""With this and a zero point of 0 the device's input is the pixel."""


def convert(model: Any, shape: Shape | None = None) -> bytes:
    """A ``keras.Model`` as float32 ONNX.

    Args:
        model: Of one input, such as pictures [n, height, width, 1] from 0 to 1.
        shape: Of the input, batch included; None takes one of the size that the model states.

    Raises:
        MissingExtraError: The converter is not installed.
    """
    return bytes(_converted(model, shape).SerializeToString(deterministic=True))


def quantize(model: Any, representative: Inputs, shape: Shape | None = None) -> bytes:
    """The same with 8-bit weights, per channel, and activations.

    Args:
        model: As for ``convert``.
        representative: Network inputs that set the ranges of activations.
        shape: As for ``convert``.

    Raises:
        EngineError: Pictures do not go in as pixels.
        MissingExtraError: The converter is not installed.
    """
    whole = _converted(model, shape)
    import onnx
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    inputs = spanning(representative)
    with TemporaryDirectory() as folder, quiet():
        given, prepared, done = (Path(folder) / f"{name}.onnx" for name in ("in", "mid", "out"))
        onnx.save(whole, given)
        # Shapes are fixed, so that plain inference finds them all.
        quant_pre_process(given, prepared, skip_symbolic_shape=True)
        quantize_static(
            prepared,
            done,
            _Reader(in_batches(inputs, shape[0] if shape else 1)),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            # Without it what only moves numbers at the border stays in float.
            extra_options={"ForceQuantizeNoInputCheck": True},
        )
        graph = onnx.load(done)
    scales = _bare_outputs(graph)
    if inputs.dtype == np.uint8:
        scales[INPUT] = _bare_input(graph)
    onnx.helper.set_model_props(graph, {QUANTIZATION: json.dumps(scales, sort_keys=True)})
    canonical(graph)
    return bytes(graph.SerializeToString(deterministic=True))


class _Reader:
    """Calibration batches as ONNX Runtime asks for them."""

    def __init__(self, batches: Iterator[NDArray[np.float32]]) -> None:
        self._batches = batches

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        batch = next(self._batches, None)
        return None if batch is None else {INPUT: batch}


def _converted(model: Any, shape: Shape | None) -> Any:
    """The network as an ``onnx.ModelProto``."""
    network, signature = function_of(model, shape)
    try:
        with quiet():
            import onnx  # noqa: F401
            import onnxruntime  # noqa: F401
            import tf2onnx
    except ImportError as error:
        raise MissingExtraError(
            f"this needs {error.name or 'tf2onnx'}, which is not installed",
            "Install it with: pip install 'millsight[export]'",
        ) from None
    with quiet():
        graph, _ = tf2onnx.convert.from_function(network, input_signature=[signature], opset=OPSET)
    canonical(graph)
    return graph


def _bare_outputs(model: Any) -> dict[str, tuple[float, int]]:
    """Let outputs leave as bytes where they were dequantized last; scale and zero point of each."""
    graph = model.graph
    makers = {name: node for node in graph.node for name in node.output}
    used = {name for node in graph.node for name in node.input}
    scales = {}
    for output in graph.output:
        last = makers[output.name]
        if last.op_type != "DequantizeLinear" or output.name in used:
            continue
        scales[output.name] = _scale_of(graph, last)
        _rename(graph, last.input[0], output.name)
        graph.node.remove(last)
        output.type.tensor_type.elem_type = _UINT8
    return scales


def _bare_input(model: Any) -> tuple[float, int]:
    """Let the input come as bytes; its scale and zero point.

    Raises:
        EngineError: It is not quantized first, or not so that the byte is the pixel.
    """
    graph = model.graph
    readers = [node for node in graph.node if INPUT in node.input]
    scale, zero = 0.0, 0
    if len(readers) == 1 and readers[0].op_type == "QuantizeLinear":
        scale, zero = _scale_of(graph, readers[0])
    if abs(scale - INPUT_SCALE) > 1e-7 or zero:
        raise EngineError(
            f"the 8-bit network takes its input at scale {scale:.6g}, zero point {zero}, "
            f"not as the pixel",
            "Its first layer may rescale; let the network take 0 to 1 as it comes",
        )
    (first,) = readers
    quantized = first.output[0]
    graph.node.remove(first)
    _rename(graph, quantized, INPUT)
    graph.input[0].type.tensor_type.elem_type = _UINT8
    return scale, zero


_UINT8 = 2
"""``onnx.TensorProto.UINT8``."""


def _scale_of(graph: Any, node: Any) -> tuple[float, int]:
    from onnx import numpy_helper

    constants = {tensor.name: tensor for tensor in graph.initializer}
    scale, zero = (numpy_helper.to_array(constants[name]) for name in node.input[1:3])
    return float(scale), int(zero)


def _rename(graph: Any, old: str, new: str) -> None:
    for node in graph.node:
        for names in (node.input, node.output):
            names[:] = [new if name == old else name for name in names]
