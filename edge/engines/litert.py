"""TFLite models in LiteRT, or in its predecessor tflite-runtime where LiteRT has no wheel.

The interpreter is invoked once for each region. Measured on two cores, sixteen regions in one
batch take the same time, a batch cannot stop between regions when the deadline is near, and a
graph that flattens refuses to be resized.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.engines.base import Engine
from edge.errors import EngineError
from edge.quiet import native_stderr_silenced

_PIXEL_SCALE = 1.0 / 255.0


class LiteRTEngine(Engine):
    """A TFLite model with a batch of one in ``ai_edge_litert``'s interpreter, with XNNPACK."""

    name = "litert"

    def __init__(self, model: bytes, *, threads: int = 2) -> None:
        self.threads = threads
        interpreter_class = self._interpreter_class()
        try:
            with native_stderr_silenced():
                self._interpreter = interpreter_class(model_content=model, num_threads=threads)
                self._interpreter.allocate_tensors()
            entry = self._interpreter.get_input_details()[0]
            exit_ = self._interpreter.get_output_details()[0]
        except (RuntimeError, ValueError, IndexError) as error:
            reason = (str(error).strip().splitlines() or ["no reason given"])[0]
            raise EngineError(f"the model does not load: {reason}", "Export it again") from None
        self._input_index: int = entry["index"]
        self._input_shape = tuple(int(side) for side in entry["shape"])
        self._input_dtype = np.dtype(entry["dtype"])
        self._input_scale, self._input_zero = entry["quantization"]
        self._output_index: int = exit_["index"]
        self._output_scale, self._output_zero = exit_["quantization"]
        self._outputs = int(exit_["shape"][-1])

    @staticmethod
    def _interpreter_class() -> Any:
        from ai_edge_litert.interpreter import Interpreter

        return Interpreter

    def run(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Logits [n, outputs] of network inputs [n, height, width] uint8 (255 is 1.0).

        Raises:
            EngineError: The inputs have another size than the model's, or the engine failed.
        """
        if batch.shape[1:] != self._input_shape[1:3]:
            raise EngineError(
                f"the model takes inputs of {self._input_shape[1:3]} and was given "
                f"{batch.shape[1:]} (lines, columns)",
                "The bundle's geometry does not fit its model; export it again",
            )
        inputs = self._encode(batch)[..., np.newaxis]
        out = np.empty((len(batch), self._outputs), dtype=np.float32)
        for i in range(len(batch)):
            self._interpreter.set_tensor(self._input_index, inputs[i : i + 1])
            self._invoke()
            out[i] = self._interpreter.get_tensor(self._output_index)[0]
        if self._output_scale:
            out = (out - np.float32(self._output_zero)) * np.float32(self._output_scale)
        return out

    def _invoke(self) -> None:
        try:
            self._interpreter.invoke()
        except RuntimeError as error:
            raise EngineError(f"the engine {self.name} failed: {error}", "Export again") from None

    def _encode(self, batch: NDArray[np.uint8]) -> NDArray[Any]:
        if self._input_dtype == np.float32:
            return batch.astype(np.float32) * np.float32(_PIXEL_SCALE)
        if self._input_zero == -128 and abs(self._input_scale - _PIXEL_SCALE) < 1e-6:
            return (batch ^ np.uint8(0x80)).view(np.int8)
        levels = np.round(batch * (_PIXEL_SCALE / self._input_scale)) + self._input_zero
        limits = np.iinfo(self._input_dtype)
        return np.asarray(np.clip(levels, limits.min, limits.max), dtype=self._input_dtype)


class TFLiteRuntimeEngine(LiteRTEngine):
    """The same in ``tflite_runtime``: the only one with armv7 wheels; slow in int8 on x86."""

    name = "tflite"

    @staticmethod
    def _interpreter_class() -> Any:
        from tflite_runtime.interpreter import Interpreter

        return Interpreter
