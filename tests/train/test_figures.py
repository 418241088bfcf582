from __future__ import annotations

import numpy as np
import pytest

from train.figures import figures, mean_loss
from train.items import Items
from train.task import Task


def items(labels):
    labels = np.array(labels, bool)
    return Items(np.zeros((len(labels), 2, 2), np.uint8), labels)


def test_figures_of_a_gate():
    found = figures(
        Task("binary", ("a",)),
        np.array([[2, 0], [0, 1], [1, 0], [0, 2]], np.float32),
        items([[0], [1], [1], [1]]),
    )
    assert found["n"] == 4
    assert found["accuracy"] == 0.75
    low, high = found["accuracy_interval"]
    # statsmodels.stats.proportion.proportion_confint(3, 4, method="wilson")
    assert (low, high) == (pytest.approx(0.30064, abs=1e-5), pytest.approx(0.95441, abs=1e-5))
    assert found["auroc"] == 1.0


def test_auroc_is_null_where_nothing_is_clean():
    found = figures(Task("binary", ("a",)), np.zeros((2, 2), np.float32), items([[1], [1]]))
    assert found["auroc"] is None


@pytest.mark.parametrize(
    ("name", "logits", "labels", "expected"),
    [
        ("binary", [[0, 0], [0, 0]], [[0, 0], [0, 1]], np.log(2)),
        ("multiclass", [[0, 0, 0]], [[1, 1]], np.log(3)),
        ("multilabel", [[0, np.log(3)]], [[0, 1]], (np.log(2) + np.log(4 / 3)) / 2),
    ],
)
def test_mean_loss_in_nats(name, logits, labels, expected):
    found = mean_loss(Task(name, ("a", "b")), np.array(logits, np.float32), items(labels))
    assert found == pytest.approx(expected, rel=1e-6)
