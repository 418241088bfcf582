"""The gate's promise holds on strip it has not seen; no other verdict is more often right."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from train.thresholds import decision_threshold, gate_threshold, miss_upper_limit


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


@given(st.lists(st.tuples(st.integers(0, 10), st.booleans()), min_size=1, max_size=40))
def test_no_other_threshold_is_more_accurate(items):
    scores = np.array([score / 10 for score, _ in items])
    defective = np.array([truth for _, truth in items])
    chosen = decision_threshold(scores, defective)
    assert chosen.accuracy == pytest.approx(np.mean((scores >= chosen.value) == defective))
    best = max(np.mean((scores >= t) == defective) for t in np.linspace(0, 1, 21))
    assert chosen.accuracy >= best - 1e-12
