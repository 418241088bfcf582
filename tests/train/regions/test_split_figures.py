from __future__ import annotations

import numpy as np
import pytest

from train.regions.items import Items
from train.regions.split_figures import figures, mean_loss
from train.regions.task import Task


def items(labels, groups=None):
    labels = np.array(labels, bool)
    groups = np.arange(len(labels)) if groups is None else groups
    return Items(np.zeros((len(labels), 2, 2), np.uint8), labels, np.array(groups).astype(np.str_))


def judged(wrong, groups):
    """Figures of a gate on clean and defective items in turn, ``wrong`` ones misjudged."""
    labels = np.arange(len(groups))[:, None] % 2 == 1
    logits = np.where(labels ^ np.isin(np.arange(len(groups)), wrong)[:, None], 1.0, -1.0)
    logits = np.hstack([-logits, logits]).astype(np.float32)
    return figures(Task("binary", ("a",)), logits, items(labels, groups))


def test_figures_of_a_gate():
    found = figures(
        Task("binary", ("a",)),
        np.array([[2, 0], [0, 1], [1, 0], [0, 2]], np.float32),
        items([[0], [1], [1], [1]]),
    )
    assert found.n == 4
    assert found.accuracy == 0.75
    low, high = found.accuracy_interval
    assert low < 0.75 < high
    assert found.auroc == 1.0


def test_near_duplicates_count_as_one_in_the_intervals():
    apart = judged([0, 1, 2, 3], np.arange(40))
    copies = judged([0, 1, 2, 3], np.arange(40) // 4)
    assert apart.accuracy == copies.accuracy == 0.9
    assert apart.auroc == copies.auroc
    for name in ("accuracy_interval", "auroc_interval"):
        (low, high), (low_of_copies, high_of_copies) = (
            getattr(one, name) for one in (apart, copies)
        )
        assert low_of_copies < low < high <= high_of_copies
    # 1.96 standard errors of 36 in 40, and of 9 in 10, to a percentile of few whole groups.
    assert apart.accuracy_interval[0] == pytest.approx(0.9 - 0.093, abs=0.03)
    assert copies.accuracy_interval[0] == pytest.approx(0.9 - 0.186, abs=0.03)


def test_nothing_wrong_is_no_certainty():
    found = judged([], np.arange(40) // 4)
    # statsmodels.stats.proportion.proportion_confint(10, 10, method="wilson")
    assert found.accuracy_interval == pytest.approx([0.72247, 1.0], abs=1e-5)
    assert found.auroc_interval[0] < 0.9


def test_auroc_is_null_where_nothing_is_clean():
    found = figures(Task("binary", ("a",)), np.zeros((2, 2), np.float32), items([[1], [1]]))
    assert found.auroc is None
    assert found.auroc_interval is None


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
