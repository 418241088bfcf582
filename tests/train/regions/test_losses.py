from __future__ import annotations

import numpy as np
import pytest

from train.regions.losses import make_loss, prior_shift
from train.regions.task import Task

BINARY, MULTILABEL = Task("binary", ("a", "b")), Task("multilabel", ("a", "b"))


@pytest.mark.parametrize(
    ("task", "targets", "logits", "expected"),
    [
        (BINARY, [[1, 0]], [[0.0, 0.0]], np.log(2)),
        (BINARY, [[0, 1]], [[0.0, np.log(3)]], np.log(4 / 3)),
        (MULTILABEL, [[1, 0]], [[0.0, 0.0]], np.log(2)),
        (MULTILABEL, [[1, 1]], [[np.log(3), 0.0]], (np.log(4 / 3) + np.log(2)) / 2),
    ],
)
def test_loss_is_cross_entropy_of_logits(task, targets, logits, expected):
    loss = make_loss(task, label_smoothing=0.0, shift=np.zeros(2, np.float32))
    found = float(loss(np.array(targets, np.float32), np.array(logits, np.float32)))
    assert found == pytest.approx(expected, rel=1e-5)


def test_smoothing_costs_a_sure_answer():
    sure = np.array([[9.0, -9.0]], np.float32), np.array([[1.0, 0.0]], np.float32)
    plain, smooth = (
        float(make_loss(BINARY, label_smoothing=s, shift=np.zeros(2, np.float32))(sure[1], sure[0]))
        for s in (0.0, 0.1)
    )
    assert plain < 1e-4
    assert smooth > 0.5


@pytest.mark.parametrize("task", [BINARY, MULTILABEL])
def test_focal_loss_makes_little_of_what_is_nearly_right(task):
    targets = np.array([[0, 1]], np.float32)

    def ratio(margin):
        logits = np.array([[-margin, margin]], np.float32)
        plain, focal = (
            float(make_loss(task, label_smoothing=0.0, shift=np.zeros(2), focal=f)(targets, logits))
            for f in (0.0, 2.0)
        )
        return focal / plain

    assert ratio(2.0) < 0.1 * ratio(-2.0)


@pytest.mark.parametrize("task", [BINARY, MULTILABEL])
def test_drawing_as_they_come_shifts_nothing(task):
    targets = np.array([[1, 0]] * 3 + [[0, 1]], np.float32)
    groups = np.array([0, 0, 0, 1])
    shift = prior_shift(task, targets, groups, np.array([0.75, 0.25]))
    np.testing.assert_allclose(shift, 0, atol=1e-6)


def test_logits_that_know_nothing_come_to_the_true_shares():
    """The loss of a balanced draw is least where softmax of the bare logits is the true share."""
    targets = np.eye(2, dtype=np.float32)[[0] * 9 + [1]]
    shift = prior_shift(BINARY, targets, targets.argmax(axis=1), np.array([0.5, 0.5]))
    loss = make_loss(BINARY, label_smoothing=0.0, shift=shift)
    drawn = np.eye(2, dtype=np.float32)
    shares = np.array([0.5, 0.8, 0.9, 0.95])
    losses = [
        float(np.mean(loss(drawn, np.tile(np.log([[s, 1 - s]]), (2, 1)).astype(np.float32))))
        for s in shares
    ]
    assert shares[np.argmin(losses)] == 0.9


def test_sigmoid_shifts_by_the_odds():
    targets = np.array([[1, 0]] + [[0, 1]] * 3, np.float32)
    shift = prior_shift(MULTILABEL, targets, np.array([0, 1, 1, 1]), np.array([0.5, 0.5]))
    np.testing.assert_allclose(shift, [np.log(3), -np.log(3)], rtol=1e-5)
