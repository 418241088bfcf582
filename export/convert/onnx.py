"""Conversion of Keras networks to ONNX, in float32 and in 8 bits, for ONNX Runtime.

8-bit networks use pairs of QuantizeLinear and DequantizeLinear nodes (QDQ), with signed weights and
per-channel quantization. Activations are unsigned, which is two to three times as fast on x86
(measured); signed activations are an option, because ARM prefers them. The pairs at the graph's
inputs and outputs are removed: pixels are fed directly and large maps are returned as bytes, with
scale and zero point in the file's metadata.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.core.errors import EngineError, MissingExtraError
from edge.vision.engines.onnx import QUANTIZATION
from export.convert.freezing import (
    INPUT,
    Inputs,
    Shape,
    function_of,
    in_batches,
    with_full_range,
)
from export.convert.onnx_canonical import canonical
from export.convert.quantization import (
    PERCENTILE,
    PLAIN,
    Quantization,
    layer_of,
    layers_of,
)
from export.convert.silence import quiet

OPSET = 17

INPUT_SCALE = 1.0 / 255.0
"""With this scale, and the zero point in ``_ZEROS``, the input is the pixel, or minus 128."""


def convert(model: Any, shape: Shape | None = None) -> bytes:
    """A ``keras.Model`` as float32 ONNX.

    Args:
        model: Network with one input, such as pictures [n, height, width, 1] from 0 to 1.
        shape: Input shape with batch; None: one input of the model's size.

    Raises:
        MissingExtraError: The converter is not installed.
    """
    return bytes(_converted(model, shape).SerializeToString(deterministic=True))


def quantize_weights(model: Any, shape: Shape | None = None) -> bytes:
    """As ONNX with 8-bit weights of dense layers; activations are quantized dynamically.

    Raises:
        MissingExtraError: The converter is not installed.
    """
    whole = _converted(model, shape)
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with TemporaryDirectory() as folder, quiet():
        given, done = (Path(folder) / f"{name}.onnx" for name in ("in", "out"))
        onnx.save(whole, given)
        quantize_dynamic(given, done, weight_type=QuantType.QInt8, per_channel=True)
        graph = onnx.load(done)
    canonical(graph)
    return bytes(graph.SerializeToString(deterministic=True))


def quantize(
    model: Any,
    representative: Inputs,
    shape: Shape | None = None,
    quantization: Quantization = PLAIN,
    *,
    signed: bool = False,
) -> bytes:
    """As ONNX with 8-bit weights, per channel, and 8-bit activations.

    Args:
        model: As for ``convert``.
        representative: Representative dataset, which sets activation ranges.
        shape: As for ``convert``.
        quantization: Calibration method, and layers kept in float.
        signed: Signed activations (s8s8) instead of unsigned ones (u8s8).

    Raises:
        EngineError: The input's quantization does not map pixels to themselves.
        MissingExtraError: The converter is not installed.
        MissingExtraError: The converter is not installed.
    """
    whole = _converted(model, shape)
    import onnx
    from onnxruntime.quantization import (
        CalibrationMethod,
        QuantFormat,
        QuantType,
        quantize_static,
    )
    from onnxruntime.quantization.shape_inference import quant_pre_process

    inputs = with_full_range(representative)
    if quantization.calibration != "minmax":
        inputs = inputs[:_HISTOGRAMS]
    layers = layers_of(model)
    # Without the first option, nodes at the border that only move values stay in float.
    options: dict[str, Any] = {
        "ForceQuantizeNoInputCheck": True,
        "CalibPercentile": PERCENTILE,
    }
    if inputs.dtype == np.uint8:
        kind = QuantType.QInt8 if signed else QuantType.QUInt8
        ends = {"rmin": np.float32(0), "rmax": np.float32(1), "quant_type": kind}
        options["TensorQuantOverrides"] = {INPUT: [ends]}
    # The percentile calibrator prints to stdout.
    with TemporaryDirectory() as folder, quiet(), redirect_stdout(StringIO()):
        given, prepared, done = (Path(folder) / f"{name}.onnx" for name in ("in", "mid", "out"))
        onnx.save(whole, given)
        # Shapes are fixed, so plain shape inference finds all of them.
        quant_pre_process(given, prepared, skip_symbolic_shape=True)
        nodes = [node.name for node in onnx.load(prepared).graph.node]
        quantize_static(
            prepared,
            done,
            _Reader(in_batches(inputs, shape[0] if shape else 1)),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QInt8 if signed else QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method={
                "minmax": CalibrationMethod.MinMax,
                "percentile": CalibrationMethod.Percentile,
            }[quantization.calibration],
            nodes_to_exclude=[n for n in nodes if layer_of([n], layers) in quantization.kept],
            extra_options=options,
        )
        graph = onnx.load(done)
    scales = _bare_outputs(graph)
    # If the first layer stays in float, so does its input.
    if inputs.dtype == np.uint8 and not (quantization.kept and _is_float(graph)):
        scales[INPUT] = _bare_input(graph)
    onnx.helper.set_model_props(graph, {QUANTIZATION: json.dumps(scales, sort_keys=True)})
    canonical(graph)
    return bytes(graph.SerializeToString(deterministic=True))


class _Reader:
    """Calibration batches in ONNX Runtime's interface."""

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
    """Return bytes from outputs that end in a dequantization; scale and zero point of each."""
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
        output.type.tensor_type.elem_type = _kind_of(graph, last)
    return scales


def _bare_input(model: Any) -> tuple[float, int]:
    """Accept bytes as input; scale and zero point of the input.

    Raises:
        EngineError: The input is not quantized first, or its byte is not the pixel.
    """
    graph = model.graph
    readers = [node for node in graph.node if INPUT in node.input]
    scale, zero, kind = 0.0, 0, 0
    if len(readers) == 1 and readers[0].op_type == "QuantizeLinear":
        scale, zero = _scale_of(graph, readers[0])
        kind = _kind_of(graph, readers[0])
    if abs(scale - INPUT_SCALE) > 1e-7 or zero != _ZEROS.get(kind):
        raise EngineError(
            f"the 8-bit network quantizes its input with scale {scale:.6g}, zero point {zero}, "
            f"so its input is not the pixel",
            "Its first layer may rescale; let the network take values from 0 to 1",
        )
    (first,) = readers
    quantized = first.output[0]
    graph.node.remove(first)
    _rename(graph, quantized, INPUT)
    graph.input[0].type.tensor_type.elem_type = kind
    return scale, zero


def _is_float(model: Any) -> bool:
    return all(n.op_type != "QuantizeLinear" for n in model.graph.node if INPUT in n.input)


_HISTOGRAMS = 64
"""Inputs for ONNX Runtime's histograms, one per node and input: more would take minutes."""

_ZEROS = {2: 0, 3: -128}
"""Value of a black pixel, by ``onnx.TensorProto.UINT8`` and ``INT8``."""


def _kind_of(graph: Any, node: Any) -> int:
    """Element type of a quantization node: that of its zero point."""
    return next(int(t.data_type) for t in graph.initializer if t.name == node.input[2])


def _scale_of(graph: Any, node: Any) -> tuple[float, int]:
    from onnx import numpy_helper

    constants = {tensor.name: tensor for tensor in graph.initializer}
    scale, zero = (numpy_helper.to_array(constants[name]) for name in node.input[1:3])
    return float(scale), int(zero)


def _rename(graph: Any, old: str, new: str) -> None:
    for node in graph.node:
        for names in (node.input, node.output):
            names[:] = [new if name == old else name for name in names]
