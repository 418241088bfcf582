"""The gate's promise holds on strip it has not seen; no other verdict is more often right."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from train.evaluate import thresholds
from train.evaluate.thresholds import (
    decision_threshold,
    gate_threshold,
    gate_thresholds,
    miss_upper_limit,
    missed_groups,
    recall_threshold,
)


def test_the_worked_example_is_true():
    results = doctest.testmod(thresholds)
    assert results.attempted >= 6 and results.failed == 0


@pytest.mark.parametrize(
    ("misses", "n", "limit"),
    [(0, 59, 0.0495), (0, 58, 0.0503), (1, 93, 0.0500), (0, 29, 0.0981)],
)
def test_the_limit_agrees_with_published_tables(misses, n, limit):
    assert miss_upper_limit(misses, n, 0.05) == pytest.approx(limit, abs=2e-4)


def test_the_promise_is_kept_in_at_least_95_of_100_draws():
    random = np.random.default_rng(3)
    broken = 0
    for _ in range(400):
        scores = random.beta(5, 2, size=200)
        chosen = gate_threshold(scores, np.ones(200, bool), np.arange(200))
        broken += float(np.mean(random.beta(5, 2, size=20_000) < chosen.value)) > 0.05
    assert broken / 400 <= 0.05 + 0.03


def test_near_duplicates_count_once():
    scores = np.repeat(np.linspace(0.1, 0.9, 30), 10)
    chosen = gate_threshold(scores, np.ones(300, bool), np.repeat(np.arange(30), 10))
    assert chosen.n == 30
    assert chosen.alpha is None
    assert chosen.value == pytest.approx(0.1)


def test_more_groups_allow_a_higher_threshold():
    scores = np.linspace(0, 1, 1000)
    few, many = (
        gate_threshold(scores[:: 1000 // n][:n], np.ones(n, bool), np.arange(n)).value
        for n in (100, 1000)
    )
    assert few < many < 0.05


def test_clean_items_do_not_move_the_gate():
    scores = np.concatenate([np.linspace(0.2, 1, 100), np.zeros(500)])
    defective = np.arange(600) < 100
    alone = gate_threshold(scores[:100], defective[:100], np.arange(100))
    assert gate_threshold(scores, defective, np.arange(600)) == alone


def test_nothing_defective_is_an_error():
    with pytest.raises(ValueError, match="defective"):
        gate_threshold(np.zeros(3), np.zeros(3, bool), np.arange(3))


def two_classes(common: int, rare: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores, truth and groups: the rare class scores lower than the common one."""
    scores = np.concatenate([np.linspace(0.5, 0.9, common), np.linspace(0.1, 0.4, rare)])
    truth = np.arange(common + rare)[:, None] >= common
    return scores, np.hstack([~truth, truth]), np.arange(common + rare).astype(str)


@pytest.mark.parametrize(
    ("rare", "delta", "promised"),
    [(28, 0.05, False), (29, 0.05, True), (43, 0.01, False), (44, 0.01, True)],
)
def test_a_class_is_promised_from_enough_groups_on(rare: int, delta: float, promised: bool):
    choices = gate_thresholds(*two_classes(400, rare), delta=delta)
    common, other = choices.classes
    assert common.alpha == 0.1
    assert (other.alpha == 0.1) is promised
    assert choices.value <= choices.defect.value
    if promised:
        assert choices.value == other.value


def test_a_class_that_needs_a_lower_threshold_gets_it():
    choices = gate_thresholds(*two_classes(2000, 60))
    assert choices.defect.value > 0.5
    assert choices.value == choices.classes[1].value < 0.15
    assert miss_upper_limit(choices.classes[1].misses, 60, 0.05) <= 0.1


def test_a_class_with_too_few_groups_or_none_does_not_bind():
    scores, truth, groups = two_classes(2000, 5)
    truth = np.hstack([truth, np.zeros((2005, 1), bool)])
    choices = gate_thresholds(scores, truth, groups)
    assert choices.classes[1].alpha is None
    assert choices.classes[2] is None
    assert choices.value == choices.defect.value


def test_each_promise_is_kept_in_at_least_95_of_100_draws():
    """Frames in groups of three; a class's miss rate is that of its groups, whatever binds."""
    random = np.random.default_rng(4)

    def draw(groups: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        rare = np.repeat(random.random(groups) < 0.2, 3)
        level = np.repeat(random.normal(size=groups), 3) + random.normal(size=3 * groups)
        scores = 1 / (1 + np.exp(-(level + np.where(rare, 0.0, 1.0))))
        names = np.repeat(np.arange(groups), 3).astype(str)
        return scores, np.column_stack([~rare, rare]), names

    scores, truth, _ = draw(20_000)
    kinds = [(truth.any(axis=1), 0.05), (truth[:, 0], 0.1), (truth[:, 1], 0.1)]
    # A group is missed from its lowest score on.
    lowest = [np.sort(scores[kind].reshape(-1, 3).min(axis=1)) for kind, _ in kinds]
    broken = np.zeros(3)
    for _ in range(300):
        value = gate_thresholds(*draw(250)).value
        missed = [np.searchsorted(scores, value) / len(scores) for scores in lowest]
        broken += [m > alpha for m, (_, alpha) in zip(missed, kinds, strict=True)]
    assert (broken / 300 <= 0.05 + 0.03).all()


def test_a_group_is_missed_where_any_of_its_defective_items_is():
    groups = np.array(["a", "a", "b", "b", "c"])
    defective = np.array([True, True, True, False, False])
    missed = np.array([False, True, False, True, True])
    assert missed_groups(groups, defective, missed).tolist() == [True, False]


@pytest.mark.parametrize(
    ("n", "recall", "stopped"), [(100, 0.99, 1), (99, 0.99, 0), (1000, 0.99, 10), (1, 0.5, 0)]
)
def test_the_empirical_recall_is_reached_and_no_more(n: int, recall: float, stopped: int):
    scores = np.random.default_rng(0).permutation(np.linspace(0.1, 0.9, n))
    threshold = recall_threshold(scores, recall)
    assert (scores < threshold).sum() == stopped


@given(st.lists(st.tuples(st.integers(0, 10), st.booleans()), min_size=1, max_size=40))
def test_the_decision_is_as_good_as_the_best_but_for_a_standard_error(items):
    scores = np.array([score / 10 for score, _ in items])
    defective = np.array([truth for _, truth in items])
    chosen = decision_threshold(scores, defective)
    assert chosen.accuracy == pytest.approx(np.mean((scores >= chosen.value) == defective))
    best = max(np.mean((scores >= t) == defective) for t in np.linspace(0, 1, 21))
    assert chosen.accuracy >= best - np.sqrt(best * (1 - best) / len(items)) - 1e-9


@pytest.mark.parametrize(("lucky", "near"), [(3, 0.5), (60, 0.2)])
def test_the_decision_follows_much_evidence_and_no_luck(lucky, near):
    """Some defective items score 0.2 to 0.4, where hardly a clean one does."""
    scores = np.concatenate([np.linspace(0, 0.19, 500), np.linspace(0.5, 1, 500)])
    scores = np.concatenate([scores, np.linspace(0.2, 0.4, lucky), [0.9] * 20])
    defective = np.concatenate([np.repeat([False, True], 500), np.ones(lucky, bool), [False] * 20])
    assert decision_threshold(scores, defective).value == pytest.approx(near, abs=0.06)


def test_a_class_that_does_not_bind_leaves_the_threshold():
    choices = gate_thresholds(*two_classes(2000, 60), binding=False)
    assert choices.value == choices.defect.value > choices.classes[1].value
