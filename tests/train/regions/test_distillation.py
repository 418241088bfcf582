from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from edge.core.errors import ConfigError
from edge.core.geometry import Geometry
from tests.train.tiny import patches
from train.regions.distillation import (
    check_teachers,
    mixed_targets,
    teacher_batches,
    teacher_predictions,
)
from train.regions.split_figures import BATCH
from train.regions.task import Task

CLASSES = ("dark", "bright")
BINARY, MULTICLASS = Task("binary", CLASSES), Task("multiclass", CLASSES)
GEOMETRY = Geometry((8, 8), (8, 8))


class Constant:
    """A network that says the same of every item."""

    def __init__(self, logits):
        self.logits = np.array(logits, np.float32)

    def predict_on_batch(self, inputs):
        return np.tile(self.logits, (len(inputs), 1))


def teacher(task="multiclass", logits=(0.0, 0.0, 0.0), classes=CLASSES, geometry=GEOMETRY):
    card = SimpleNamespace(task=task, classes=classes, geometry=SimpleNamespace(region=(8, 8)))
    return SimpleNamespace(
        card=card, geometry=geometry, folder=Path("runs/teacher"), load=lambda: Constant(logits)
    )


@pytest.mark.parametrize(
    ("task", "found", "says"),
    [
        (BINARY, teacher(classes=("pit",)), "other classes"),
        (BINARY, teacher(geometry=Geometry(None, (8, 8))), "another region size"),
        (MULTICLASS, teacher("binary"), "has no classes: it is binary"),
        (MULTICLASS, teacher("multilabel"), "do not support distillation"),
        (Task("multilabel", CLASSES), teacher(), "do not support distillation"),
    ],
)
def test_who_cannot_teach_is_refused(task, found, says):
    with pytest.raises(ConfigError, match=says):
        check_teachers([teacher("multiclass"), found], task, GEOMETRY)


@pytest.mark.parametrize("task", [BINARY, MULTICLASS])
def test_a_classifier_teaches_both(task):
    check_teachers([teacher()], task, GEOMETRY)


def test_several_teachers_give_the_mean_of_their_probabilities():
    sure, even = teacher(logits=np.log([0.8, 0.1, 0.1])), teacher(logits=(0.0, 0.0, 0.0))
    answers = teacher_predictions([sure, even], MULTICLASS, patches(3))
    wanted = [(0.8 + 1 / 3) / 2, (0.1 + 1 / 3) / 2, (0.1 + 1 / 3) / 2]
    np.testing.assert_allclose(np.exp(answers), [wanted] * 3, atol=1e-6)


def test_of_a_classifier_a_gate_learns_none_and_the_rest():
    answers = teacher_predictions([teacher(logits=np.log([0.7, 0.2, 0.1]))], BINARY, patches(2))
    np.testing.assert_allclose(np.exp(answers), [[0.7, 0.3]] * 2, atol=1e-6)


def test_progress_counts_the_batches():
    seen = []
    items = patches(BATCH + 1)
    teacher_predictions([teacher(), teacher()], MULTICLASS, items, lambda: seen.append(1))
    assert len(seen) == teacher_batches([teacher(), teacher()], items) == 4


@pytest.mark.parametrize(
    ("trust", "wanted"), [(0.0, [0.0, 1.0]), (1.0, [0.5, 0.5]), (0.5, [0.25, 0.75])]
)
def test_trust_decides_between_label_and_teacher(trust, wanted):
    targets = np.array([[0, 1]], np.float32)
    even = np.log(np.array([[0.5, 0.5]], np.float32))
    found = mixed_targets(targets, even, np.zeros(2, np.float32), trust)
    np.testing.assert_allclose(found, [wanted], atol=1e-6)


def test_answers_are_shifted_as_the_loss_is():
    """A teacher that knows only the true shares says the drawn shares on a balanced draw."""
    true, drawn = np.array([0.9, 0.1]), np.array([0.5, 0.5])
    answers = np.log(true[None]).astype(np.float32)
    found = mixed_targets(np.zeros((1, 2), np.float32), answers, np.log(drawn / true), trust=1.0)
    np.testing.assert_allclose(found, drawn[None], atol=1e-6)
