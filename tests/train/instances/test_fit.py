import math
import signal
from types import SimpleNamespace

import numpy as np
import pytest

from edge.core.errors import TrainingError
from train.backend import load_keras
from train.instances.evaluating import FIGURES
from train.instances.fit import InstanceTraining, compile_learner, fit
from train.instances.plan import InstancesPlan
from train.loop import checkpoint
from train.loop.checkpoint import CheckpointState, values
from train.loop.interrupt import InterruptedTrainingError
from train.networks import TrainingDefaults

keras = load_keras()


class Line(keras.Model):
    """Learns y = 3x; stands in for a network that takes minutes."""

    def __init__(self):
        super().__init__()
        self.slope = self.add_weight(shape=(), initializer="zeros", name="slope")
        self.part = keras.metrics.Mean(name="part")

    def call(self, batch, training=True):
        self.add_loss(keras.ops.mean((self.slope * batch["x"] - batch["y"]) ** 2))
        return batch["x"]

    def compute_loss(self, x=None, y=None, y_pred=None, *more):
        self.part.update_state(2.0)
        return super().compute_loss(x, y, None, *more)


class Batches:
    steps = 4

    def __init__(self, spoilt=False):
        self.spoilt = spoilt

    def epoch(self, number):
        rng = np.random.default_rng(number)
        for _ in range(self.steps):
            x = rng.random((8, 1), np.float32)
            yield {"x": x, "y": 3 * x * (np.nan if self.spoilt else 1)}


def watcher(step=lambda loss: None):
    rows = []
    quiet = SimpleNamespace(start_epoch=lambda *_: None, step=step, end_epoch=rows.append)
    quiet.rows = rows
    return quiet


def training(folder, ap, *, epochs=4, judge_every=1, spoilt=False, average=0.0, best=True):
    """A run whose looks at val find ``ap``, one after another."""
    recipe = TrainingDefaults(epochs=epochs, learning_rate=0.1, average=average, best_weights=best)
    plan = InstancesPlan((64, 64), "compact", recipe, judge_every=judge_every)
    heights = iter(ap)
    judge = lambda: dict.fromkeys(FIGURES, next(heights))  # noqa: E731
    return InstanceTraining(plan, Batches(spoilt), judge, folder, {"seed": 0})


def learner(run):
    line = Line()
    line({"x": np.zeros((1, 1)), "y": np.zeros((1, 1))})
    compile_learner(line, run.plan, run.feed.steps)
    return line


def test_it_learns_and_keeps_the_epoch_with_the_highest_ap(tmp_path):
    run, state, seen = training(tmp_path, [0.1, 0.5, 0.5, 0.2]), CheckpointState(), watcher()
    line = learner(run)
    fit(line, run, state, seen)
    losses = [row["loss"] for row in seen.rows]
    assert losses[-1] < 0.8 * losses[0]
    assert [row["part"] for row in seen.rows] == [2.0] * 4
    assert state.best_epoch == 3
    np.testing.assert_array_equal(values(line.variables)[0], state.best[0])
    assert state.best[0] != state.weights[0]


def test_val_is_looked_at_in_turn_and_after_the_last_epoch(tmp_path):
    run, seen = training(tmp_path, [0.1, 0.2], epochs=5, judge_every=3), watcher()
    state = CheckpointState()
    fit(learner(run), run, state, seen)
    assert [not math.isnan(row["box_ap"]) for row in seen.rows] == [False, False, True, False, True]
    assert state.best_epoch == 5


def test_val_is_looked_at_with_the_average_and_the_last_weights_may_be_kept(tmp_path):
    run, state = (
        training(tmp_path, [0.3, 0.1], epochs=2, average=0.9, best=False),
        CheckpointState(),
    )
    looked = []
    line = learner(run)
    judge = lambda: looked.append(float(line.slope)) or run.judge()  # noqa: E731
    fit(line, InstanceTraining(run.plan, run.feed, judge, tmp_path, {}), state, watcher())
    assert looked[1] == float(line.slope) == float(state.average[0])
    assert looked[1] != float(state.weights[0])


def test_an_interrupted_run_goes_on_as_if_it_had_not_been(tmp_path):
    whole, run = CheckpointState(), training(tmp_path, [0.1] * 4, average=0.9)
    fit(learner(run), run, whole, watcher())
    steps = []

    def interrupting(loss):
        steps.append(loss)
        if len(steps) == 6:
            signal.raise_signal(signal.SIGINT)

    run = training(tmp_path, [0.1] * 4, average=0.9)
    with pytest.raises(InterruptedTrainingError):
        fit(learner(run), run, CheckpointState(), watcher(interrupting))
    resumed = checkpoint.load(tmp_path, {"seed": 0})
    assert resumed.epochs_done == 1
    fit(learner(run), run, resumed, watcher())
    assert resumed.epochs_done == 4
    np.testing.assert_allclose(resumed.weights[0], whole.weights[0], rtol=1e-5)
    np.testing.assert_allclose(resumed.average[0], whole.average[0], rtol=1e-5)


def test_a_loss_that_is_no_number_stops_the_run(tmp_path):
    run = training(tmp_path, [0.1], spoilt=True)
    with pytest.raises(TrainingError, match="diverged"):
        fit(learner(run), run, CheckpointState(), watcher())
