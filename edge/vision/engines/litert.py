"""TFLite models in LiteRT, or in its predecessor tflite-runtime if LiteRT has no wheel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.core.errors import EngineError
from edge.core.native_stderr import native_stderr_silenced
from edge.vision.engines.graph import GraphEngine, Port


class LiteRTEngine(GraphEngine):
    """A TFLite model in ``ai_edge_litert``'s interpreter, with XNNPACK."""

    name = "litert"

    def __init__(self, model: bytes, *, threads: int = 2) -> None:
        self.threads = threads
        interpreter_class = self._interpreter_class()
        try:
            with native_stderr_silenced():
                self._interpreter = interpreter_class(model_content=model, num_threads=threads)
                self._interpreter.allocate_tensors()
            entry = self._interpreter.get_input_details()[0]
            exits = self._interpreter.get_output_details()
            self._describe(_port(entry), [_port(details) for details in exits])
        except (RuntimeError, ValueError, LookupError) as error:
            reason = (str(error).strip().splitlines() or ["no reason given"])[0]
            raise EngineError(f"the model does not load: {reason}", "Export it again") from None
        self._input_index: int = entry["index"]
        self._output_indices: list[int] = [details["index"] for details in exits]

    @staticmethod
    def _interpreter_class() -> Any:
        from ai_edge_litert.interpreter import Interpreter

        return Interpreter

    def _call(self, inputs: NDArray[Any], wanted: Sequence[int]) -> list[NDArray[Any]]:
        self._interpreter.set_tensor(self._input_index, inputs)
        try:
            self._interpreter.invoke()
        except RuntimeError as error:
            raise EngineError(f"the engine {self.name} failed: {error}", "Export again") from None
        return [self._interpreter.get_tensor(self._output_indices[i]) for i in wanted]


class TFLiteRuntimeEngine(LiteRTEngine):
    """A TFLite model in ``tflite_runtime``, which alone has armv7 wheels; slow in int8 on x86."""

    name = "tflite"

    @staticmethod
    def _interpreter_class() -> Any:
        from tflite_runtime.interpreter import Interpreter

        return Interpreter


def _port(details: dict[str, Any]) -> Port:
    shape = tuple(int(side) for side in details["shape"])
    return Port(shape, np.dtype(details["dtype"]), *details["quantization"])
