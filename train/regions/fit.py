"""Training of a gate or a classifier: epochs of batches, with evaluation on val after each."""

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
    """The inputs of one training run, and the folder of its checkpoint.

    Attributes:
        plan: The run's choices.
        task: The classification task.
        feed: The training batches.
        val: Items on which choices are made.
        folder: The run's folder.
        identity: Plain values that a resumed run must match.
    """

    plan: RegionsPlan
    task: Task
    feed: RegionFeed
    val: Items
    folder: Path
    identity: dict[str, Any]


def make_optimizer(recipe: TrainingDefaults, steps: int) -> Any:
    """A Keras optimizer with the recipe's learning rate schedule; ``steps``: batches per epoch."""
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
    """Compile a ``keras.Model`` with its optimizer, its loss and a training accuracy."""
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
        model: Network compiled by ``compile_model``.
        training: The inputs of the run.
        state: State to continue from, updated after each epoch; a new state starts from scratch.
        watcher: Receives progress.

    Raises:
        InterruptedTrainingError: Ctrl-C was pressed; the checkpoint holds the finished epochs.
        TrainingError: The loss is not finite, or the state does not fit the network.
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
    """Train one epoch (numbered from 0) and evaluate val, with the averaged weights if any."""
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
    """Stop a run whose loss in epoch ``number`` (from 0) is not finite.

    Raises:
        TrainingError: The loss is NaN or infinite.
    """
    if not math.isfinite(loss):
        raise TrainingError(
            f"training diverged: the loss is not finite in epoch {number + 1}",
            f"Lower --learning-rate (it was {recipe.learning_rate:g})",
        )


def _better(row: Row, before: Sequence[Row]) -> bool:
    """Whether the val loss is the lowest so far."""
    return row["val_loss"] < min((r["val_loss"] for r in before), default=math.inf)
