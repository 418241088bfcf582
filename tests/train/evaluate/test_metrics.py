"""Figures of merit against known values and brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from train.evaluate.metrics import (
    auroc,
    auroc_interval,
    difference_interval,
    f1,
    group_bootstrap,
    mcnemar,
    share,
    share_interval,
    wilson,
)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662), (0, 0, 0.0, 1.0)],
)
def test_wilson_agrees_with_published_values(successes, n, low, high):
    assert wilson(successes, n) == pytest.approx((low, high), abs=5e-4)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=30))
def test_auroc_is_the_share_of_pairs_in_the_right_order(items):
    positive = [s for truth, s in items if truth]
    negative = [s for truth, s in items if not truth]
    area = auroc([t for t, _ in items], [s for _, s in items])
    if not positive or not negative:
        assert area is None
        return
    pairs = [(p > n) + 0.5 * (p == n) for p in positive for n in negative]
    assert area == pytest.approx(np.mean(pairs))


def test_intervals_are_wider_where_items_come_in_groups():
    right = np.random.default_rng(0).random(40).repeat(10) < 0.8
    groups = np.arange(40).repeat(10)
    low, high = group_bootstrap(groups, lambda rows: share(right[rows]))
    low_alone, high_alone = group_bootstrap(np.arange(400), lambda rows: share(right[rows]))
    assert low < right.mean() < high
    assert high - low > 2 * (high_alone - low_alone)


def test_a_statistic_that_is_rarely_defined_has_no_interval():
    assert group_bootstrap(np.arange(5), lambda rows: None) is None


def test_f1_of_known_counts():
    truth = np.array([1, 1, 1, 0, 0], bool)
    answer = np.array([1, 1, 0, 1, 0], bool)
    assert f1(truth, answer) == pytest.approx(2 / 3)
    assert f1(np.zeros(3, bool), np.zeros(3, bool)) is None


@pytest.mark.parametrize(("right", "interval"), [(True, (0.7225, 1.0)), (False, (0.0, 0.2775))])
def test_ten_groups_all_judged_alike_leave_room_for_doubt(right, interval):
    groups, answers = np.arange(10).repeat(50), np.full(500, right)
    assert share_interval(groups, answers) == pytest.approx(interval, abs=5e-4)


def test_a_perfect_ranking_leaves_room_for_doubt():
    labels = np.arange(200) % 2 == 0
    low, high = auroc_interval(np.arange(20).repeat(10), labels, labels.astype(float))
    assert (low, high) == (pytest.approx(0.8389, abs=5e-4), 1.0)


def test_nothing_has_no_interval():
    assert share_interval([], np.zeros(0, bool)) is None
    assert auroc_interval(np.arange(3), np.ones(3, bool), np.zeros(3)) is None


@pytest.mark.parametrize(
    ("only_this", "only_other", "p"),
    [(0, 0, 1.0), (1, 0, 1.0), (5, 0, 2 / 32), (0, 6, 2 / 64), (6, 1, 0.125), (8, 8, 1.0)],
)
def test_mcnemar_of_known_counts(only_this, only_other, p):
    assert mcnemar(only_this, only_other) == pytest.approx(p)


def test_a_paired_difference_is_surer_than_two_shares():
    random = np.random.default_rng(0)
    right = random.random(400) < 0.8
    other = np.where(np.arange(400) < 20, False, right)
    low, high = difference_interval(np.arange(400), right, other)
    assert 0 < low < (right.mean() - other.mean()) < high
    assert high - low < 0.06


def test_no_difference_at_all_leaves_room_for_doubt_on_both_sides():
    right = np.arange(100) % 3 > 0
    low, high = difference_interval(np.arange(10).repeat(10), right, right)
    assert (low, high) == (pytest.approx(-0.2775, abs=5e-4), pytest.approx(0.2775, abs=5e-4))
    assert difference_interval([], np.zeros(0, bool), np.zeros(0, bool)) is None


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=30))
def test_sums_over_groups_draw_what_items_would(items):
    groups, right = np.array([g for g, _ in items]), np.array([r for _, r in items])
    slow = group_bootstrap(groups, lambda rows: share(right[rows]))
    assert share_interval(groups, right) == pytest.approx(slow)
