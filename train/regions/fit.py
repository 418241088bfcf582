"""Training a gate or a classifier: epochs of batches, val after each."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from edge.core.errors import TrainingError
from train.backend import load_keras
from train.loop.averaging import Average
from train.loop.checkpoint import CheckpointState, Row
from train.loop.epochs import Watcher, run_epochs
from train.loop.interrupt import InterruptedTrainingError, InterruptRequest
from train.networks import TrainingDefaults
from train.regions.feed import RegionFeed
from train.regions.items import Items
from train.regions.plan import RegionsPlan
from train.regions.split_figures import (
    accuracy_and_auroc,
    mean_loss,
    predict_logits,
)
from train.regions.task import Task


@dataclass(frozen=True, slots=True)
class RegionTraining:
    """What one run trains on, and where it keeps its checkpoint.

    Attributes:
        plan: The run's choices.
        task: What is asked of an item.
        feed: The training batches.
        val: Items that every choice is made on.
        folder: The run's folder.
        identity: What a resumed run must have in common with this one, as plain values.
    """

    plan: RegionsPlan
    task: Task
    feed: RegionFeed
    val: Items
    folder: Path
    identity: dict[str, Any]


def make_optimizer(recipe: TrainingDefaults, steps: int) -> Any:
    """A Keras optimizer with the recipe's schedule over ``steps`` batches an epoch."""
    keras = load_keras()
    rate: Any = recipe.learning_rate
    if recipe.warmup_epochs is not None:
        warmup = round(min(recipe.warmup_epochs, recipe.epochs / 2) * steps)
        rate = keras.optimizers.schedules.CosineDecay(
            initial_learning_rate=0.0,
            decay_steps=recipe.epochs * steps - warmup,
            warmup_target=recipe.learning_rate,
            warmup_steps=warmup,
        )
    if recipe.optimizer == "adamw":
        return keras.optimizers.AdamW(
            rate, weight_decay=recipe.weight_decay, global_clipnorm=recipe.clip
        )
    return keras.optimizers.Adam(rate, global_clipnorm=recipe.clip)


def compile_model(model: Any, plan: RegionsPlan, task: Task, loss: Any, steps: int) -> None:
    """Give a ``keras.Model`` its optimizer, its loss and the accuracy shown while it trains."""
    metrics = load_keras().metrics
    sigmoid = task.activation == "sigmoid"
    accuracy = metrics.BinaryAccuracy(threshold=0.0) if sigmoid else metrics.CategoricalAccuracy()
    model.compile(
        optimizer=make_optimizer(plan.recipe, steps),
        loss=loss,
        metrics=[accuracy],
        jit_compile=False,
    )
    model.optimizer.build(model.trainable_variables)


def fit(model: Any, training: RegionTraining, state: CheckpointState, watcher: Watcher) -> None:
    """Train a compiled ``keras.Model`` and leave the chosen weights in it; see ``run_epochs``.

    Args:
        model: Compiled by ``compile_model``.
        training: What it is trained on.
        state: Where the run stands, brought forward epoch by epoch; a new one starts from scratch.
        watcher: Is told how it goes.

    Raises:
        InterruptedTrainingError: Ctrl-C came; the checkpoint holds the epochs that were finished.
        TrainingError: The loss is no longer a number, or the state does not fit the network.
        UnwritableError: The checkpoint cannot be written.
    """
    plan = training.plan
    run_epochs(
        model,
        training,
        state,
        watcher,
        recipe=plan.recipe,
        steps=training.feed.steps,
        epoch=lambda number, average, interrupt: _epoch(
            model, average, training, number, watcher, interrupt
        ),
        better=_better,
        patience=plan.patience,
    )


def _epoch(
    model: Any,
    average: Average,
    training: RegionTraining,
    number: int,
    watcher: Watcher,
    interrupt: InterruptRequest,
) -> Row:
    """Train one epoch (numbered from 0) and look at val, with the averaged weights if there are."""
    began = time.perf_counter()
    watcher.start_epoch(number + 1, training.feed.steps)
    sums, items = np.zeros(2), 0
    for inputs, targets in training.feed.epoch(number):
        if interrupt.requested:
            raise InterruptedTrainingError(number)
        sums += np.array(model.train_on_batch(inputs, targets)) * len(inputs)
        average.update()
        items += len(inputs)
        loss, accuracy = (sums / items).tolist()
        refuse_divergence(loss, number, training.plan.recipe)
        watcher.step(loss)
    average.swap()
    logits = predict_logits(model, training.val)
    average.swap()
    val_loss = mean_loss(training.task, logits, training.val)
    refuse_divergence(val_loss, number, training.plan.recipe)
    val_accuracy, val_auroc = accuracy_and_auroc(training.task, logits, training.val)
    return {
        "epoch": number + 1,
        "loss": loss,
        "accuracy": accuracy,
        "val_loss": val_loss,
        "val_accuracy": val_accuracy,
        "val_auroc": math.nan if val_auroc is None else val_auroc,
        "seconds": round(time.perf_counter() - began, 2),
    }


def refuse_divergence(loss: float, number: int, recipe: TrainingDefaults) -> None:
    """Stop a run whose loss in epoch ``number`` (from 0) is no number.

    Raises:
        TrainingError: It is none.
    """
    if not math.isfinite(loss):
        raise TrainingError(
            f"training diverged: the loss is no number in epoch {number + 1}",
            f"Lower --learning-rate (it was {recipe.learning_rate:g})",
        )


def _better(row: Row, before: Sequence[Row]) -> bool:
    """By the loss on val."""
    return row["val_loss"] < min((r["val_loss"] for r in before), default=math.inf)
