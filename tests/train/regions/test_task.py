from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from train.regions.task import Task

CLASSES = ("scratch", "pit", "stain")
LABELS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 1], [0, 0, 1]], dtype=bool)


@pytest.mark.parametrize(
    ("name", "outputs", "activation", "targets"),
    [
        ("binary", ("none", "defect"), "softmax", [[1, 0], [0, 1], [0, 1], [0, 1]]),
        (
            "multiclass",
            ("none", *CLASSES),
            "softmax",
            [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
        ),
        ("multilabel", CLASSES, "sigmoid", [[0, 0, 0], [1, 0, 0], [0, 1, 1], [0, 0, 1]]),
    ],
)
def test_targets_follow_the_outputs(name, outputs, activation, targets):
    task = Task(name, CLASSES)
    assert task.outputs == outputs
    assert task.activation == activation
    np.testing.assert_array_equal(task.targets(LABELS), targets)


@pytest.mark.parametrize(
    ("name", "scores", "right"),
    [
        ("binary", [[0.9, 0.1], [0.4, 0.6], [0.7, 0.3], [0.2, 0.8]], [1, 1, 0, 1]),
        # An item with two classes is right with either; a class that it lacks is wrong.
        (
            "multiclass",
            [[0.1, 0.5, 0.2, 0.2], [0, 1, 0, 0], [0, 0, 0.4, 0.6], [0.6, 0, 0, 0.4]],
            [0, 1, 1, 0],
        ),
        (
            "multilabel",
            [[0.1, 0.4, 0.2], [0.6, 0.5, 0], [0.1, 0.9, 0.7], [0, 0, 0.4]],
            [1, 1, 1, 0],
        ),
    ],
)
def test_right_answers(name, scores, right):
    found = Task(name, CLASSES).right(np.array(scores), LABELS)
    np.testing.assert_array_equal(found, np.array(right, bool))


@given(arrays(np.float32, (3, 4), elements=st.floats(-1e4, 1e4, width=32)))
def test_softmax_adds_up_to_one_however_large_the_logits(logits):
    task = Task("multiclass", CLASSES)
    scores = task.scores(logits)
    np.testing.assert_allclose(scores.sum(axis=1), 1)
    np.testing.assert_allclose(task.defect_scores(scores), scores[:, 1:].sum(axis=1), atol=1e-12)


def test_sigmoid_scores_each_class_on_its_own():
    task = Task("multilabel", CLASSES)
    scores = task.scores(np.array([[0.0, -2e4, 2e4]], np.float32))
    np.testing.assert_array_equal(scores, [[0.5, 0.0, 1.0]])
    assert task.defect_scores(scores) == 1.0
