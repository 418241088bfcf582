"""Epochs of any training: where they go on from, and what is kept after each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from train.loop import checkpoint
from train.loop.averaging import Average
from train.loop.checkpoint import (
    CheckpointState,
    Row,
    values,
)
from train.loop.interrupt import InterruptedTrainingError, InterruptRequest
from train.networks import TrainingDefaults

Epoch = Callable[[int, Average, InterruptRequest], Row]
"""Trains one epoch (numbered from 0) and looks at val; ends early where an interrupt is asked."""

Better = Callable[[Row, Sequence[Row]], bool]
"""Whether an epoch is the best so far, those before it given."""


class Watcher(Protocol):
    """Is told how training goes."""

    def start_epoch(self, number: int, steps: int) -> None: ...

    def step(self, loss: float) -> None: ...

    def end_epoch(self, row: Row) -> None: ...


class ResumableRun(Protocol):
    """Where a run keeps its checkpoint, and what a resumed one must have in common with it."""

    @property
    def folder(self) -> Path: ...

    @property
    def identity(self) -> dict[str, Any]: ...


def run_epochs(
    model: Any,
    training: ResumableRun,
    state: CheckpointState,
    watcher: Watcher,
    *,
    recipe: TrainingDefaults,
    steps: int,
    epoch: Epoch,
    better: Better,
    patience: int | None = None,
) -> None:
    """Train a compiled ``keras.Model`` and leave the chosen weights in it.

    After each epoch the whole state is written to the run's folder; a run resumed from there ends
    as it would have without the interruption, but for rounding.

    Args:
        model: With its optimizer built.
        training: Where the checkpoint is kept.
        state: Where the run stands, brought forward epoch by epoch; a new one starts from scratch.
        watcher: Is told of each epoch.
        recipe: How many epochs, what is averaged, and which weights are kept.
        steps: Batches an epoch.
        epoch: Does one.
        better: Compares them.
        patience: Epochs without a better one after which it stops; None never does.

    Raises:
        InterruptedTrainingError: Ctrl-C came; the checkpoint holds the epochs that were finished.
        TrainingError: The state does not fit the network.
        UnwritableError: The checkpoint cannot be written.
    """
    if state.epochs_done:
        checkpoint.assign(model.variables, state.weights)
        checkpoint.assign(model.optimizer.variables, state.optimizer)
    average = Average(model, recipe.average, state.average, state.epochs_done * steps)
    with InterruptRequest() as interrupt:
        while state.epochs_done < recipe.epochs and not _stalled(state, patience):
            row = epoch(state.epochs_done, average, interrupt)
            improved = better(row, state.history)
            state.history.append(row)
            state.weights = values(model.variables)
            state.optimizer = values(model.optimizer.variables)
            state.average = [array.copy() for array in average.values]
            if improved:
                state.best_epoch = state.epochs_done
                state.best = (state.average or state.weights) if recipe.best_weights else []
            checkpoint.save(training.folder, state, training.identity)
            watcher.end_epoch(row)
            if interrupt.requested:
                raise InterruptedTrainingError(state.epochs_done)
    if recipe.best_weights and state.best:
        checkpoint.assign(model.variables, state.best)
    else:
        average.swap()


def _stalled(state: CheckpointState, patience: int | None) -> bool:
    return patience is not None and state.epochs_done - state.best_epoch >= patience
