"""ONNX models in ONNX Runtime, on the CPU."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.core.errors import EngineError
from edge.vision.engines.graph import GraphEngine, Port

QUANTIZATION = "quantization"
"""Metadata key of a model; the value is JSON, {port: [scale, zero]} for its 8-bit ports."""

_DTYPES = {"tensor(float)": np.float32, "tensor(uint8)": np.uint8, "tensor(int8)": np.int8}

_FATAL = 4
"""Lowest severity that ONNX Runtime writes to stderr; it raises errors anyway."""


class OnnxEngine(GraphEngine):
    """An ONNX model of fixed shapes, run node by node in its own thread pool.

    Waiting threads do not spin, because two models in one process would compete for the cores.
    """

    name = "onnx"

    def __init__(self, model: bytes, *, threads: int = 2) -> None:
        import onnxruntime

        self.threads = threads
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.log_severity_level = _FATAL
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(
                model, options, providers=["CPUExecutionProvider"]
            )
            entry, *others = self._session.get_inputs()
            if others:
                raise ValueError("it has more than one input")
            exits = self._session.get_outputs()
            scales = json.loads(
                self._session.get_modelmeta().custom_metadata_map.get(QUANTIZATION, "{}")
            )
            self._describe(_port(entry, scales), [_port(node, scales) for node in exits])
        except Exception as error:  # ONNX Runtime's own have no base but this
            reason = (str(error).strip().splitlines() or ["no reason given"])[0]
            raise EngineError(f"the model does not load: {reason}", "Export it again") from None
        self._input: str = entry.name
        self._outputs: list[str] = [node.name for node in exits]

    def _call(self, inputs: NDArray[Any], wanted: Sequence[int]) -> list[NDArray[Any]]:
        try:
            names = [self._outputs[i] for i in wanted]
            return list(self._session.run(names, {self._input: inputs}))
        except Exception as error:  # ONNX Runtime's own have no base but this
            raise EngineError(f"the engine {self.name} failed: {error}", "Export again") from None


def _port(node: Any, scales: Mapping[str, tuple[float, int]]) -> Port:
    if not all(isinstance(side, int) for side in node.shape):
        raise ValueError(f"{node.name} is of no fixed shape: {node.shape}")
    if node.type not in _DTYPES:
        raise ValueError(f"{node.name} is a {node.type}")
    dtype = np.dtype(_DTYPES[node.type])
    scale, zero = (0.0, 0) if dtype == np.float32 else scales[node.name]
    return Port(tuple(node.shape), dtype, float(scale), int(zero))
