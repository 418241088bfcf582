"""The epoch loop of all trainings: resume, checkpoint after each epoch, keep the best weights."""

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
"""Trains one epoch (numbered from 0) and evaluates val; ends early on an interrupt request."""

Better = Callable[[Row, Sequence[Row]], bool]
"""Whether an epoch's row is better than all rows before it."""


class Watcher(Protocol):
    """Receives the progress of training."""

    def start_epoch(self, number: int, steps: int) -> None: ...

    def step(self, loss: float) -> None: ...

    def end_epoch(self, row: Row) -> None: ...


class ResumableRun(Protocol):
    """The folder of a run's checkpoint, and the identity that a resumed run must match."""

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

    The whole state is written to the run's folder after each epoch. A run that is resumed from
    there ends with the same result as an uninterrupted one, up to rounding.

    Args:
        model: The network, with its optimizer built.
        training: The run's folder and identity.
        state: State to continue from, updated after each epoch; a new state starts from scratch.
        watcher: Receives progress.
        recipe: Number of epochs, averaging, and which weights to keep.
        steps: Batches per epoch.
        epoch: Trains one epoch.
        better: Compares epochs.
        patience: Early stopping: epochs without improvement before the run ends; None: no limit.

    Raises:
        InterruptedTrainingError: Ctrl-C was pressed; the checkpoint holds the finished epochs.
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
