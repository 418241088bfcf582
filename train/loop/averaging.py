"""A running average of a network's weights, which generalizes better than the last of them.

Polyak averaging with exponential decay, norms' statistics included, so that the average needs no
pass over the data (Tarvainen and Valpola 2017; Izmailov et al. 2018 for why it helps).
"""

from __future__ import annotations

from typing import Any

from train.loop import checkpoint
from train.loop.checkpoint import Arrays

EVERY = 4
"""Steps between updates: copying all variables at each would cost a tenth of a small network's."""


class Average:
    """Averages all floating-point variables of a model.

    Args:
        model: A ``keras.Model``.
        decay: What is kept of the average at each step; 0 keeps no average.
        values: The average so far; empty starts from the model.
        steps: How many steps that average has seen.
    """

    def __init__(self, model: Any, decay: float, values: Arrays, steps: int = 0) -> None:
        self._model = model
        self._kept = decay**EVERY
        self._step = steps
        self.on = decay > 0
        self.values = values or checkpoint.values(model.variables) if self.on else []

    def update(self) -> None:
        """Take in the weights after a training step."""
        self._step += 1
        if not self.on or self._step % EVERY:
            return
        # Early weights are worth little: the first updates forget them sooner.
        updates = self._step // EVERY
        kept = min(self._kept, updates / (9 + updates))
        now = checkpoint.values(self._model.variables)
        for i, value in enumerate(now):
            if value.dtype.kind == "f":
                self.values[i] += (1 - kept) * (value - self.values[i])
            else:
                self.values[i] = value

    def swap(self) -> None:
        """Exchange the model's weights and the average; done twice, all is as it was."""
        if self.on:
            live = checkpoint.values(self._model.variables)
            checkpoint.assign(self._model.variables, self.values)
            self.values = live
