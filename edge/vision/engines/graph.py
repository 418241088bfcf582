"""Common code of the engines: one input of a fixed shape, and outputs identified by their rank.

A graph is invoked once for each region, for three reasons: on two cores sixteen regions in one
batch take as long; a batch cannot stop between regions when the deadline is near; a graph with a
flatten operation cannot be resized.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.core.errors import EngineError
from edge.vision.engines.base import Engine
from edge.vision.engines.quantized import Quantized

_PIXEL_SCALE = 1.0 / 255.0

_LOGITS_RANK, _MAPS_RANK = 2, 4
"""Ranks of the outputs, batch included. TFLite keeps neither their names nor their order."""


@dataclass(frozen=True, slots=True)
class Port:
    """An input or an output of a graph, with its quantization.

    Attributes:
        shape: Its shape, batch included.
        dtype: The dtype of its values.
        scale: As in ``Quantized``.
        zero: As in ``Quantized``.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    scale: float = 0.0
    zero: int = 0


class GraphEngine(Engine):
    """Base class: a subclass calls ``_describe`` in ``__init__`` and implements ``_call``."""

    def _describe(self, entry: Port, exits: Sequence[Port]) -> None:
        """Set the model's ports.

        Raises:
            ValueError: There is no output.
        """
        if not exits:
            raise ValueError("it has no output")
        self.input_shape = entry.shape
        self._entry, self._exits = entry, tuple(exits)
        self.output_shapes = tuple(port.shape for port in exits)

    @abstractmethod
    def _call(self, inputs: NDArray[Any], wanted: Sequence[int]) -> list[NDArray[Any]]:
        """Run the graph on inputs of its shape and dtype; return the outputs of these numbers.

        Raises:
            EngineError: The engine failed.
        """

    def run(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Logits [n, outputs] of network inputs [n, height, width] uint8 (255 is 1.0).

        Raises:
            EngineError: The inputs do not have the model's size, the model has no output of
                logits, or the engine failed.
        """
        return self._run(batch, [self._logits()])[0]

    def run_with_maps(
        self, batch: NDArray[np.uint8]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """As ``run``, with the model's output [rows, columns, outputs] if it has one."""
        maps = self._of_rank(_MAPS_RANK)
        if maps is None:
            return self.run(batch), None
        found = self._run(batch, [self._logits(), maps])
        return found[0], found[1]

    def run_tensors(self, inputs: NDArray[np.uint8] | NDArray[np.float32]) -> list[Quantized]:
        """As ``Engine.run_tensors``."""
        given = inputs[..., np.newaxis] if inputs.dtype == np.uint8 else inputs
        if given.shape != self.input_shape:
            raise EngineError(
                f"the model takes inputs of {self.input_shape} and was given {given.shape}",
                "The bundle does not fit its model; export it again",
            )
        everything = range(len(self._exits))
        values = self._call(self._encode(given), everything)
        return [self._quantized(i, value) for i, value in zip(everything, values, strict=True)]

    def _run(self, batch: NDArray[np.uint8], wanted: list[int]) -> list[NDArray[np.float32]]:
        if batch.shape[1:] != self.input_shape[1:3]:
            raise EngineError(
                f"the model takes inputs of {self.input_shape[1:3]} and was given "
                f"{batch.shape[1:]} (lines, columns)",
                "The bundle's geometry does not fit its model; export it again",
            )
        inputs = self._encode(batch[..., np.newaxis])
        outs = [np.empty((len(batch), *self._exits[i].shape[1:]), np.float32) for i in wanted]
        for i in range(len(batch)):
            for out, value in zip(outs, self._call(inputs[i : i + 1], wanted), strict=True):
                out[i] = value[0]
        return [self._quantized(i, out).decoded() for i, out in zip(wanted, outs, strict=True)]

    def _quantized(self, number: int, values: NDArray[Any]) -> Quantized:
        return Quantized(values, self._exits[number].scale, self._exits[number].zero)

    def _logits(self) -> int:
        number = self._of_rank(_LOGITS_RANK)
        if number is None:
            raise EngineError("the model gives no logits", "It is not of this stage")
        return number

    def _of_rank(self, rank: int) -> int | None:
        ranks = [len(port.shape) for port in self._exits]
        return ranks.index(rank) if rank in ranks else None

    def _encode(self, given: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[Any]:
        """Pixels uint8, or numbers float32, quantized as the graph's input demands."""
        dtype, scale, zero = self._entry.dtype, self._entry.scale, self._entry.zero
        pixels = given.dtype == np.uint8
        if dtype == np.float32:
            return given * np.float32(_PIXEL_SCALE) if pixels else given
        if pixels and abs(scale - _PIXEL_SCALE) < 1e-6:
            if dtype == np.int8 and zero == -128:
                return np.bitwise_xor(given.view(np.uint8), np.uint8(0x80)).view(np.int8)
            if dtype == np.uint8 and zero == 0:
                return given
        unit = _PIXEL_SCALE if pixels else 1.0
        levels = np.round(given * np.float32(unit / scale)) + np.float32(zero)
        limits = np.iinfo(dtype)
        return np.asarray(np.clip(levels, limits.min, limits.max), dtype=dtype)
