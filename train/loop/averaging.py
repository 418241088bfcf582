"""Exponential moving average of a network's weights (Polyak averaging).

It generalizes better than the last weights (Izmailov et al. 2018). The statistics of batch norms
are averaged too, so no extra pass over the data is needed (Tarvainen and Valpola 2017).
"""

from __future__ import annotations

from typing import Any

from train.loop import checkpoint
from train.loop.checkpoint import Arrays

EVERY = 4
"""Steps between updates. An update at each step would cost a small network a tenth of its time."""


class Average:
    """Averages all floating-point variables of a model.

    Args:
        model: A ``keras.Model``.
        decay: Decay per step; 0 turns averaging off.
        values: The average to continue from; if empty, it starts from the model.
        steps: Number of steps in that average.
    """

    def __init__(self, model: Any, decay: float, values: Arrays, steps: int = 0) -> None:
        self._model = model
        self._kept = decay**EVERY
        self._step = steps
        self.on = decay > 0
        self.values = values or checkpoint.values(model.variables) if self.on else []

    def update(self) -> None:
        """Add the weights after a training step."""
        self._step += 1
        if not self.on or self._step % EVERY:
            return
        # Lower decay at the start, because early weights are worth little.
        updates = self._step // EVERY
        kept = min(self._kept, updates / (9 + updates))
        now = checkpoint.values(self._model.variables)
        for i, value in enumerate(now):
            if value.dtype.kind == "f":
                self.values[i] += (1 - kept) * (value - self.values[i])
            else:
                self.values[i] = value

    def swap(self) -> None:
        """Exchange the model's weights and the average; a second call restores them."""
        if self.on:
            live = checkpoint.values(self._model.variables)
            checkpoint.assign(self._model.variables, self.values)
            self.values = live
