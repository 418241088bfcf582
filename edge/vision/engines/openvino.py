"""ONNX models in OpenVINO, on the CPU.

Optional: it has computed wrong results for dense networks in 8 bits. As with every engine, a bundle
whose golden frames give wrong scores is refused before it inspects anything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.core.errors import EngineError
from edge.vision.engines.graph import GraphEngine, Port
from edge.vision.engines.onnx import QUANTIZATION


class OpenVinoEngine(GraphEngine):
    """An ONNX model of fixed shapes, compiled for one request at a time."""

    name = "openvino"

    def __init__(self, model: bytes, *, threads: int = 2) -> None:
        import openvino

        self.threads = threads
        settings = {
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": 1,
            "INFERENCE_NUM_THREADS": threads,
            # Without this, float32 networks run in bfloat16 if the processor supports it.
            "INFERENCE_PRECISION_HINT": "f32",
            # Two models in one process would compete for the cores to which they are pinned.
            "ENABLE_CPU_PINNING": False,
        }
        try:
            core = openvino.Core()
            read = core.read_model(model)
            self._request = core.compile_model(read, "CPU", settings).create_infer_request()
            entry, *others = self._request.model_inputs
            if others:
                raise ValueError("it has more than one input")
            scales = _scales(read)
            exits = self._request.model_outputs
            self._describe(_port(entry, scales), [_port(node, scales) for node in exits])
        except (RuntimeError, ValueError, LookupError) as error:
            reason = (str(error).strip().splitlines() or ["no reason given"])[-1]
            raise EngineError(f"the model does not load: {reason}", "Export it again") from None

    def _call(self, inputs: NDArray[Any], wanted: Sequence[int]) -> list[NDArray[Any]]:
        try:
            self._request.infer([np.ascontiguousarray(inputs)], share_inputs=True)
            # The request writes its next result into the same memory.
            return [self._request.get_output_tensor(i).data.copy() for i in wanted]
        except RuntimeError as error:
            raise EngineError(f"the engine {self.name} failed: {error}", "Export again") from None


def _scales(read: Any) -> Mapping[str, tuple[float, int]]:
    """Scale and zero point of the 8-bit ports, from the file's metadata."""
    place = ["framework", QUANTIZATION]
    if not read.has_rt_info(place):
        return {}
    scales: Mapping[str, tuple[float, int]] = json.loads(read.get_rt_info(place).astype(str))
    return scales


def _port(node: Any, scales: Mapping[str, tuple[float, int]]) -> Port:
    if node.partial_shape.is_dynamic:
        raise ValueError(f"{node.any_name} is of no fixed shape: {node.partial_shape}")
    dtype = np.dtype(node.element_type.to_dtype())
    if dtype not in {np.dtype(np.float32), np.dtype(np.uint8), np.dtype(np.int8)}:
        raise ValueError(f"{node.any_name} is a {dtype}")
    scale, zero = (0.0, 0) if dtype == np.float32 else scales[node.any_name]
    return Port(tuple(node.shape), dtype, float(scale), int(zero))
