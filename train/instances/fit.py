"""The training loop of the instance network: epochs of windows, a look at val, a checkpoint."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from train import checkpoint
from train.averaging import Average
from train.checkpoint import Row, State, values
from train.fit import Watcher, make_optimizer, refuse_divergence
from train.instances.evaluating import unjudged, worth
from train.instances.feed import Feed
from train.instances.plan import InstancesPlan
from train.interrupt import InterruptedTrainingError, InterruptRequest


@dataclass(frozen=True, slots=True)
class InstanceTraining:
    """What one run trains on, and where it keeps its checkpoint.

    Attributes:
        plan: The run's choices.
        feed: The training batches.
        judge: Looks at val with the weights as they are; gives ``evaluating.FIGURES``.
        folder: The run's folder.
        identity: What a resumed run must have in common with this one, as plain values.
    """

    plan: InstancesPlan
    feed: Feed
    judge: Callable[[], dict[str, float]]
    folder: Path
    identity: dict[str, Any]


def compile_learner(learner: Any, plan: InstancesPlan, steps: int) -> None:
    """Give a ``Learner`` the recipe's optimizer over ``steps`` batches an epoch."""
    learner.compile(optimizer=make_optimizer(plan.recipe, steps), jit_compile=False)
    learner.optimizer.build(learner.trainable_variables)


def fit(learner: Any, training: InstanceTraining, state: State, watcher: Watcher) -> None:
    """Train a compiled ``Learner`` and leave the chosen weights in it.

    Args:
        learner: Compiled by ``compile_learner``.
        training: What it is trained on.
        state: Where the run stands, brought forward epoch by epoch; a new one starts from scratch.
        watcher: Is told how it goes.

    Raises:
        ImageError: A frame cannot be read.
        InterruptedTrainingError: Ctrl-C came; the checkpoint holds the epochs that were finished.
        TrainingError: The loss is no longer a number, or the state does not fit the network.
        UnwritableError: The checkpoint cannot be written.
    """
    plan = training.plan
    if state.epochs_done:
        checkpoint.assign(learner.variables, state.weights)
        checkpoint.assign(learner.optimizer.variables, state.optimizer)
    steps = state.epochs_done * training.feed.steps
    average = Average(learner, plan.recipe.average, state.average, steps)
    with InterruptRequest() as interrupt:
        while state.epochs_done < plan.recipe.epochs:
            row = _epoch(learner, average, training, state.epochs_done, watcher, interrupt)
            _take_in(state, row, learner, average, plan.recipe.best_weights)
            checkpoint.save(training.folder, state, training.identity)
            watcher.end_epoch(row)
            if interrupt.asked:
                raise InterruptedTrainingError(state.epochs_done)
    if plan.recipe.best_weights and state.best:
        checkpoint.assign(learner.variables, state.best)
    else:
        average.swap()


def _epoch(
    learner: Any,
    average: Average,
    training: InstanceTraining,
    number: int,
    watcher: Watcher,
    interrupt: InterruptRequest,
) -> Row:
    """Train one epoch (numbered from 0); where its turn has come, look at val with the average."""
    plan, began = training.plan, time.perf_counter()
    watcher.start_epoch(number + 1, training.feed.steps)
    learner.reset_metrics()
    losses: dict[str, float] = {}
    for batch in training.feed.epoch(number):
        if interrupt.asked:
            raise InterruptedTrainingError(number)
        told = learner.train_on_batch(batch, return_dict=True)
        losses = {name: float(value) for name, value in told.items()}
        average.update()
        refuse_divergence(losses["loss"], number, plan.recipe)
        watcher.step(losses["loss"])
    due = (number + 1) % plan.judge_every == 0 or number + 1 == plan.recipe.epochs
    figures = unjudged()
    if due:
        average.swap()
        figures = training.judge()
        average.swap()
    seconds = round(time.perf_counter() - began, 2)
    return {"epoch": number + 1, **losses, **figures, "seconds": seconds}


def _take_in(state: State, row: Row, learner: Any, average: Average, keep_best: bool) -> None:
    """Add a finished epoch to the state."""
    best = max((worth(r) for r in state.history if not np.isnan(worth(r))), default=-1.0)
    state.history.append(row)
    state.weights = values(learner.variables)
    state.optimizer = values(learner.optimizer.variables)
    state.average = [array.copy() for array in average.values]
    # Of equal ones the later: it has learnt longer.
    if worth(row) >= best:
        state.best_epoch = state.epochs_done
        state.best = (state.average or state.weights) if keep_best else []
