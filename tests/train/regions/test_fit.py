from __future__ import annotations

import math
import signal
from dataclasses import replace

import numpy as np
import pytest

from edge.core.errors import TrainingError
from edge.core.geometry import Geometry
from tests.train.tiny import patches
from train.augment.tiles import Augmentation
from train.backend import load_keras
from train.loop import checkpoint
from train.loop.checkpoint import CheckpointState, values
from train.loop.interrupt import InterruptedTrainingError
from train.networks import TrainingDefaults
from train.regions.feed import RegionFeed
from train.regions.fit import (
    RegionTraining,
    compile_model,
    fit,
)
from train.regions.losses import make_loss
from train.regions.plan import RegionsPlan
from train.regions.task import Task

TASK = Task("binary", ("dark", "bright"))
RECIPE = TrainingDefaults(
    epochs=4,
    batch=8,
    learning_rate=0.02,
    optimizer="adamw",
    weight_decay=0.01,
    warmup_epochs=1,
    augment=True,
    average=0.9,
    best_weights=True,
)


def network():
    """Everything that has a state of its own: weights, a norm's statistics, dropout's seed."""
    keras = load_keras()
    keras.utils.set_random_seed(0)
    layers = keras.layers
    inputs = keras.Input((8, 8, 1))
    x = layers.Dense(6, activation="relu")(layers.Flatten()(inputs))
    x = layers.Dropout(0.5)(layers.BatchNormalization(momentum=0.5)(x))
    return keras.Model(inputs, layers.Dense(2)(x))


class Sitting:
    """One sitting of a run: a fresh network, trained in a folder, watched."""

    def __init__(self, folder, *, recipe=RECIPE, patience=None, stop_at=None, val=None):
        self.rows, self.steps, self.stop_at = [], 0, stop_at
        plan = RegionsPlan("binary", "tiny", Geometry(None, (8, 8)), recipe, patience=patience)
        items = patches(40)
        targets = TASK.targets(items.labels)
        feed = RegionFeed(
            items=items,
            targets=targets,
            groups=targets.argmax(axis=1),
            batch=recipe.batch,
            count=len(items),
            balance=0.5,
            seed=0,
            augmentation=Augmentation() if recipe.augment else None,
        )
        self.model = network()
        loss = make_loss(TASK, label_smoothing=0.05, shift=np.zeros(2, np.float32))
        compile_model(self.model, plan, TASK, loss, feed.steps)
        val = val or patches(16, seed=1)
        self.training = RegionTraining(plan, TASK, feed, val, folder, plan.as_json())

    def run(self, *, resume=False):
        folder, identity = self.training.folder, self.training.identity
        self.state = checkpoint.load(folder, identity) if resume else CheckpointState()
        fit(self.model, self.training, self.state, self)
        return self

    def start_epoch(self, number, steps):
        self.number = number

    def step(self, loss):
        self.steps += 1
        if self.steps == self.stop_at:
            signal.raise_signal(signal.SIGINT)

    def end_epoch(self, row):
        self.rows.append(row)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return Sitting(tmp_path_factory.mktemp("whole")).run()


def test_it_learns_to_tell_patches_from_none(whole):
    assert len(whole.rows) == 4
    assert whole.rows[-1]["val_auroc"] > 0.9
    assert whole.rows[-1]["loss"] < whole.rows[0]["loss"]


def test_a_resumed_run_ends_like_one_that_was_never_stopped(whole, tmp_path):
    first = Sitting(tmp_path, stop_at=13)
    with pytest.raises(InterruptedTrainingError) as stop:
        first.run()
    assert stop.value.epochs_done == len(first.rows) == 2
    second = Sitting(tmp_path).run(resume=True)
    assert [row["epoch"] for row in second.rows] == [3, 4]
    for row, wanted in zip(first.rows + second.rows, whole.rows, strict=True):
        assert row["loss"] == pytest.approx(wanted["loss"], abs=1e-4)
        assert row["val_loss"] == pytest.approx(wanted["val_loss"], abs=1e-4)
    for a, b in zip(values(second.model.variables), values(whole.model.variables), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-4)


def test_ctrl_c_during_the_last_epochs_end_still_keeps_it(tmp_path):
    sitting = Sitting(tmp_path, recipe=replace(RECIPE, epochs=1), stop_at=5)
    with pytest.raises(InterruptedTrainingError):
        sitting.run()
    state = checkpoint.load(tmp_path, sitting.training.identity)
    assert state.epochs_done == 1
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_best_weights_are_those_of_the_lowest_val_loss(tmp_path):
    """With val labelled the wrong way round, all that is learnt makes val worse."""
    contrary = patches(16, seed=1)
    contrary.labels[:, 0] ^= True
    best = Sitting(tmp_path, val=contrary).run()
    losses = [row["val_loss"] for row in best.rows]
    kept = best.state.best_epoch
    assert losses[kept - 1] == min(losses) < losses[-1]
    for found, wanted in zip(values(best.model.variables), best.state.best, strict=True):
        np.testing.assert_array_equal(found, wanted)


def test_last_weights_keep_no_others(tmp_path):
    last = Sitting(tmp_path, recipe=replace(RECIPE, epochs=1, best_weights=False)).run()
    assert last.state.best == []


def test_early_stopping_waits_for_its_patience(tmp_path):
    recipe = replace(RECIPE, epochs=30, learning_rate=5.0, warmup_epochs=None, augment=False)
    stopped = Sitting(tmp_path, recipe=recipe, patience=2).run()
    assert stopped.state.epochs_done == stopped.state.best_epoch + 2 < 30


def test_a_loss_that_is_no_number_stops_training(tmp_path):
    sitting = Sitting(tmp_path, recipe=replace(RECIPE, learning_rate=0.5, warmup_epochs=None))
    weights = sitting.model.layers[-1].kernel
    weights.assign(np.full(weights.shape, math.nan, np.float32))
    with pytest.raises(TrainingError, match=r"diverged.*epoch 1.*Lower --learning-rate.*0\.5"):
        sitting.run()
    assert list(tmp_path.iterdir()) == []
