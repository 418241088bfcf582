"""Bounds of differences: known cases, coverage, groups, and what draws cannot see."""

from __future__ import annotations

import numpy as np
import pytest

from export.compare.bounds import (
    auroc_bounds,
    draw_groups,
    share_bounds,
    statistic_bounds,
)
from train.evaluate.metrics import auroc

Z2 = 1.6448536**2


def alone(n: int) -> np.ndarray:
    return np.arange(n)


def loss_text(n: int, count: int, wrong: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """One that errs on the first ``wrong`` items, and one that errs on ``count`` more."""
    before = np.arange(n) >= wrong
    return before, np.arange(n) >= wrong + count


@pytest.mark.parametrize("n", [30, 268, 1000, 6000])
def test_where_nothing_is_judged_otherwise_bounds_are_tango_s(n: int) -> None:
    before, after = loss_text(n, 0, wrong=n // 5)
    bounds = share_bounds(alone(n), before, after)
    assert bounds is not None and bounds.difference == 0.0
    expected = Z2 / (n + Z2)
    assert -bounds.lower == bounds.upper == pytest.approx(expected, rel=0.1)


def test_many_changes_have_the_bounds_of_a_normal_distribution() -> None:
    n = 4000
    before, after = loss_text(n, 200)
    bounds = share_bounds(alone(n), before, after)
    assert bounds is not None
    spread = np.sqrt(0.05 * 0.95 / n)
    assert bounds.difference == -0.05
    assert bounds.lower == pytest.approx(-0.05 - 1.645 * spread, abs=4e-4)
    assert bounds.upper == pytest.approx(-0.05 + 1.645 * spread, abs=4e-4)


@pytest.mark.parametrize("count", [0, 1, 3, 10, 40])
def test_more_losses_never_look_better(count: int) -> None:
    fewer, more = (
        share_bounds(alone(500), *loss_text(500, c, wrong=50)) for c in (count, count + 1)
    )
    assert fewer is not None and more is not None
    assert more.lower < fewer.lower <= fewer.difference <= fewer.upper
    assert more.upper <= fewer.upper + 1e-9


def test_near_duplicates_count_as_one() -> None:
    copies = 20
    before, after = (np.repeat(side, copies) for side in loss_text(100, 5, wrong=10))
    apart = share_bounds(alone(2000), before, after)
    together = share_bounds(np.repeat(alone(100), copies), before, after)
    once = share_bounds(alone(100), *loss_text(100, 5, wrong=10))
    assert apart is not None and together is not None and once is not None
    assert together.half_width == pytest.approx(once.half_width, rel=0.05)
    assert together.half_width > 3 * apart.half_width


def test_the_lower_bound_fails_in_one_of_twenty_samples() -> None:
    rng = np.random.default_rng(0)
    truly, failed = -0.03, 0
    for _ in range(100):
        before = rng.random(600) < 0.9
        after = before & ~(rng.random(600) < -truly / 0.9)
        bounds = share_bounds(alone(600), before, after)
        assert bounds is not None
        failed += bounds.lower > truly
    assert failed <= 12


def test_auroc_is_that_of_the_metrics_and_its_bounds_hold_it() -> None:
    rng = np.random.default_rng(1)
    positive = rng.random(400) < 0.3
    scores = np.round(rng.normal(size=400) + 1.5 * positive, 1)
    blurred = np.round(scores + rng.normal(size=400), 1)
    bounds = auroc_bounds(alone(400), positive, scores, blurred)
    exact, worse = auroc(positive, scores), auroc(positive, blurred)
    assert bounds is not None and exact is not None and worse is not None
    assert bounds.difference == pytest.approx(worse - exact)
    assert bounds.lower < bounds.difference < bounds.upper < 0.0


def test_scores_in_the_same_order_are_as_good_as_few_groups_can_say() -> None:
    positive = np.arange(200) < 50
    scores = np.linspace(1, 0, 200)
    bounds = auroc_bounds(alone(200), positive, scores, scores**3)
    assert bounds is not None
    assert (bounds.difference, bounds.upper) == (0.0, pytest.approx(Z2 / (50 + Z2)))


@pytest.mark.parametrize("kind", [np.zeros, np.ones])
def test_without_both_kinds_there_is_no_auroc(kind: type) -> None:
    scores = np.linspace(0, 1, 9)
    assert auroc_bounds(alone(9), kind(9, np.bool_), scores, scores) is None


def test_of_nothing_there_are_no_bounds() -> None:
    none = np.zeros(0, np.bool_)
    assert share_bounds([], none, none) is None
    assert statistic_bounds(alone(5), lambda weights: None) is None


def test_any_statistic_is_drawn_the_same_way() -> None:
    before, after = loss_text(300, 30)
    gained = after.astype(float) - before
    shares = share_bounds(alone(300), before, after)
    bounds = statistic_bounds(alone(300), lambda w: float(w @ gained / w.sum()))
    assert shares is not None and bounds is not None
    assert bounds.lower == pytest.approx(shares.lower)


def test_draws_are_seeded_and_of_as_many_groups_as_there_are() -> None:
    drawn = draw_groups(7)
    assert (drawn.sum(axis=1) == 7).all()
    np.testing.assert_array_equal(drawn, draw_groups(7))
    assert drawn.mean(axis=0) == pytest.approx(np.ones(7), abs=0.1)
