"""Training of the instance network: epochs of windows, and evaluations on val."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from train.instances.evaluating import epoch_criterion, missing_figures
from train.instances.feed import WindowFeed
from train.instances.plan import InstancesPlan
from train.loop.averaging import Average
from train.loop.checkpoint import CheckpointState, Row
from train.loop.epochs import Watcher, run_epochs
from train.loop.interrupt import InterruptedTrainingError, InterruptRequest
from train.regions.fit import make_optimizer, refuse_divergence


@dataclass(frozen=True, slots=True)
class InstanceTraining:
    """The inputs of one training run, and the folder of its checkpoint.

    Attributes:
        plan: The run's choices.
        feed: The training batches.
        judge: Evaluates val with the current weights; returns ``evaluating.FIGURES``.
        folder: The run's folder.
        identity: Plain values that a resumed run must match.
    """

    plan: InstancesPlan
    feed: WindowFeed
    judge: Callable[[], dict[str, float]]
    folder: Path
    identity: dict[str, Any]


def compile_learner(learner: Any, plan: InstancesPlan, steps: int) -> None:
    """Compile a ``Learner`` with the recipe's optimizer; ``steps``: batches per epoch."""
    learner.compile(optimizer=make_optimizer(plan.recipe, steps), jit_compile=False)
    learner.optimizer.build(learner.trainable_variables)


def fit(learner: Any, training: InstanceTraining, state: CheckpointState, watcher: Watcher) -> None:
    """Train a compiled ``Learner`` and leave the chosen weights in it; see ``run_epochs``.

    Args:
        learner: Learner compiled by ``compile_learner``.
        training: The inputs of the run.
        state: State to continue from, updated after each epoch; a new state starts from scratch.
        watcher: Receives progress.

    Raises:
        ImageError: A frame cannot be read.
        InterruptedTrainingError: Ctrl-C was pressed; the checkpoint holds the finished epochs.
        TrainingError: The loss is not finite, or the state does not fit the network.
        UnwritableError: The checkpoint cannot be written.
    """
    run_epochs(
        learner,
        training,
        state,
        watcher,
        recipe=training.plan.recipe,
        steps=training.feed.steps,
        epoch=lambda number, average, interrupt: _epoch(
            learner, average, training, number, watcher, interrupt
        ),
        better=_better,
    )


def _epoch(
    learner: Any,
    average: Average,
    training: InstanceTraining,
    number: int,
    watcher: Watcher,
    interrupt: InterruptRequest,
) -> Row:
    """Train one epoch (numbered from 0); if due, evaluate val with the averaged weights."""
    plan, began = training.plan, time.perf_counter()
    watcher.start_epoch(number + 1, training.feed.steps)
    learner.reset_metrics()
    losses: dict[str, float] = {}
    for batch in training.feed.epoch(number):
        if interrupt.requested:
            raise InterruptedTrainingError(number)
        metrics = learner.train_on_batch(batch, return_dict=True)
        losses = {name: float(value) for name, value in metrics.items()}
        average.update()
        refuse_divergence(losses["loss"], number, plan.recipe)
        watcher.step(losses["loss"])
    due = (number + 1) % plan.judge_every == 0 or number + 1 == plan.recipe.epochs
    figures = missing_figures()
    if due:
        average.swap()
        figures = training.judge()
        average.swap()
    seconds = round(time.perf_counter() - began, 2)
    return {"epoch": number + 1, **losses, **figures, "seconds": seconds}


def _better(row: Row, before: Sequence[Row]) -> bool:
    """By AP50 on val; of equal epochs the later one is better, because it was trained longer."""
    best = max(
        (epoch_criterion(r) for r in before if not np.isnan(epoch_criterion(r))), default=-1.0
    )
    return bool(epoch_criterion(row) >= best)
