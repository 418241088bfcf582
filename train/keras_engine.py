"""An ``Engine`` that runs a Keras network, so that it is scored by the same code as on the line."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.core.errors import EngineError
from edge.vision.engines.base import Engine
from edge.vision.engines.quantized import Quantized
from edge.vision.preprocess import as_fractions


class KerasEngine(Engine):
    """A ``keras.Model`` with one input as an engine.

    Args:
        model: The network; it is not copied, so later changes of its weights take effect.
        input_shape: Shape of one call's input, batch first; None: one picture of the model's size.
        input_shape: Of one invocation, batch first; None takes one picture of the model's size.
    """

    name = "keras"
    threads = 0

    def __init__(self, model: Any, input_shape: tuple[int, ...] | None = None) -> None:
        self._model = model
        self.input_shape = input_shape or (1, *model.input_shape[1:])

    def run(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Logits [n, outputs] of pictures [n, height, width] uint8, for a one-output network."""
        return self._outputs(as_fractions(batch))[0]

    def run_tensors(self, inputs: NDArray[np.uint8] | NDArray[np.float32]) -> list[Quantized]:
        """All outputs, float32, in the network's order.

        Raises:
            EngineError: The shape of ``inputs`` is not ``input_shape``.
        """
        numbers = as_fractions(inputs) if inputs.dtype == np.uint8 else inputs
        if numbers.shape != self.input_shape:
            raise EngineError(
                f"inputs of {numbers.shape} are given to a {self.input_shape} network"
            )
        return [Quantized(values) for values in self._outputs(numbers)]

    def _outputs(self, inputs: NDArray[np.floating]) -> list[NDArray[np.float32]]:
        outputs = self._model.predict_on_batch(inputs)
        outputs = outputs if isinstance(outputs, list) else [outputs]
        return [np.asarray(values, np.float32) for values in outputs]
