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

_LOGITS_RANK, _MAPS_RANK = 2, 4
"""Dimensions of the outputs, batch included: a file keeps neither their names nor their order."""


class _Exit:
    """An output of a model, and what its numbers mean."""

    def __init__(self, details: dict[str, Any]) -> None:
        self.index: int = details["index"]
        self.shape = tuple(int(side) for side in details["shape"][1:])
        self._scale, self._zero = details["quantization"]

    def decoded(self, out: NDArray[np.float32]) -> NDArray[np.float32]:
        if not self._scale:
            return out
        return (out - np.float32(self._zero)) * np.float32(self._scale)


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
            outputs = self._interpreter.get_output_details()
            exits = {len(output["shape"]): _Exit(output) for output in outputs}
            self._logits, self._maps = exits[_LOGITS_RANK], exits.get(_MAPS_RANK)
        except (RuntimeError, ValueError, LookupError) as error:
            reason = (str(error).strip().splitlines() or ["no reason given"])[0]
            raise EngineError(f"the model does not load: {reason}", "Export it again") from None
        self._input_index: int = entry["index"]
        self._input_shape = tuple(int(side) for side in entry["shape"])
        self._input_dtype = np.dtype(entry["dtype"])
        self._input_scale, self._input_zero = entry["quantization"]

    @staticmethod
    def _interpreter_class() -> Any:
        from ai_edge_litert.interpreter import Interpreter

        return Interpreter

    def run(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Logits [n, outputs] of network inputs [n, height, width] uint8 (255 is 1.0).

        Raises:
            EngineError: The inputs have another size than the model's, or the engine failed.
        """
        return self._run(batch, [self._logits])[0]

    def run_with_maps(
        self, batch: NDArray[np.uint8]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """As ``run``, with the model's output of [rows, columns, outputs] where it has one."""
        if self._maps is None:
            return self.run(batch), None
        logits, maps = self._run(batch, [self._logits, self._maps])
        return logits, maps

    def _run(self, batch: NDArray[np.uint8], exits: list[_Exit]) -> list[NDArray[np.float32]]:
        if batch.shape[1:] != self._input_shape[1:3]:
            raise EngineError(
                f"the model takes inputs of {self._input_shape[1:3]} and was given "
                f"{batch.shape[1:]} (lines, columns)",
                "The bundle's geometry does not fit its model; export it again",
            )
        inputs = self._encode(batch)[..., np.newaxis]
        outs = [np.empty((len(batch), *e.shape), dtype=np.float32) for e in exits]
        for i in range(len(batch)):
            self._interpreter.set_tensor(self._input_index, inputs[i : i + 1])
            self._invoke()
            for exit_, out in zip(exits, outs, strict=True):
                out[i] = self._interpreter.get_tensor(exit_.index)[0]
        return [exit_.decoded(out) for exit_, out in zip(exits, outs, strict=True)]

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
