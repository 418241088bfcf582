"""Training the instance network: epochs of windows, and looks at val."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from train.instances.evaluating import unjudged, worth
from train.instances.feed import WindowFeed
from train.instances.plan import InstancesPlan
from train.loop.averaging import Average
from train.loop.checkpoint import CheckpointState, Row
from train.loop.epochs import Watcher, run_epochs
from train.loop.interrupt import InterruptedTrainingError, InterruptRequest
from train.regions.fit import make_optimizer, refuse_divergence


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
    feed: WindowFeed
    judge: Callable[[], dict[str, float]]
    folder: Path
    identity: dict[str, Any]


def compile_learner(learner: Any, plan: InstancesPlan, steps: int) -> None:
    """Give a ``Learner`` the recipe's optimizer over ``steps`` batches an epoch."""
    learner.compile(optimizer=make_optimizer(plan.recipe, steps), jit_compile=False)
    learner.optimizer.build(learner.trainable_variables)


def fit(learner: Any, training: InstanceTraining, state: CheckpointState, watcher: Watcher) -> None:
    """Train a compiled ``Learner`` and leave the chosen weights in it; see ``run_epochs``.

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
    """Train one epoch (numbered from 0); where its turn has come, look at val with the average."""
    plan, began = training.plan, time.perf_counter()
    watcher.start_epoch(number + 1, training.feed.steps)
    learner.reset_metrics()
    losses: dict[str, float] = {}
    for batch in training.feed.epoch(number):
        if interrupt.requested:
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


def _better(row: Row, before: Sequence[Row]) -> bool:
    """By average precision on val; of equal ones the later: it has learnt longer."""
    best = max((worth(r) for r in before if not np.isnan(worth(r))), default=-1.0)
    return bool(worth(row) >= best)
