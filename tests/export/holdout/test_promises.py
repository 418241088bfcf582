"""Promised and holdout rates as they go into the manifest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from edge.bundle.promises import UnitPromises
from export.choose.thresholds import choose_thresholds
from export.holdout.promises import unit_promises
from export.settings import Risk
from tests.train.evaluate.tables import scored
from train.evaluate.scored import Scored


def items(a: list[float], b: list[float], clean: list[float]) -> Scored:
    """Items with these gate and decision scores."""
    words = ["a"] * len(a) + ["b"] * len(b) + [""] * len(clean)
    return scored(words, [[1 - s, s, 0.0] for s in [*a, *b, *clean]])


VAL = items(list(np.linspace(0.3, 0.9, 200)), [0.5] * 20, [0.1] * 50)
HOLDOUT = items([0.2, *[0.8] * 39], [0.2, 0.8], [0.1, 0.1, 0.1, 0.7])
RISK = Risk()


def promises(
    unit="frame", *, val: Scored = VAL, holdout: Scored = HOLDOUT, deployed="frame"
) -> UnitPromises:
    thresholds = choose_thresholds(VAL, RISK, unit=deployed)
    return unit_promises(unit, val, holdout, thresholds, RISK)


def test_the_holdout_s_rates_stand_beside_the_promise() -> None:
    made = promises()
    assert made.deployed
    assert (made.defect.alpha, made.defect.n, made.defect.kept) == (0.05, 220, True)
    assert (made.defect.holdout.count, made.defect.holdout.n) == (2, 42)
    assert made.defect.holdout.rate == pytest.approx(2 / 42)
    low, high = made.defect.holdout.interval
    assert low < 2 / 42 < high
    assert (made.clean_passed_on.count, made.clean_passed_on.n) == (1, 4)
    assert made.per_class["a"].holdout.n == 40


def test_a_class_with_few_groups_is_not_promised_and_still_reported() -> None:
    b = promises().per_class["b"]
    assert (b.alpha, b.n, b.kept) == (None, 20, False)
    assert b.miss_limit == pytest.approx(0.139, abs=1e-3)
    assert (b.holdout.count, b.holdout.n) == (1, 2)


def test_what_nothing_shows_has_no_rate() -> None:
    val = items([0.5] * 60, [], [0.1])
    b = promises(val=val, holdout=items([0.5], [], [0.1])).per_class["b"]
    assert (b.n, b.value, b.achieved_recall, b.miss_limit) == (0, None, None, 1.0)
    assert (b.holdout.n, b.holdout.rate, b.holdout.interval) == (0, None, None)


def test_the_other_unit_s_promise_may_not_be_kept_at_the_deployed_threshold() -> None:
    made = promises("tile", val=items([0.15] * 200, [0.15] * 29, [0.1] * 50))
    assert not made.deployed
    assert made.bound_by == ("defect",)
    assert made.value == pytest.approx(0.15)
    assert not made.defect.kept
    assert made.defect.alpha == 0.05
    assert made.defect.achieved_recall == 0.0
    assert made.defect.miss_limit == 1.0


def test_a_group_counts_once_and_is_missed_with_any_item() -> None:
    groups = np.array([*np.arange(42) // 2, 100, 101, 102, 103]).astype(str)
    made = promises(holdout=replace(HOLDOUT, groups=groups))
    assert (made.defect.holdout.count, made.defect.holdout.n) == (2, 21)
    assert (made.defect.holdout_items.count, made.defect.holdout_items.n) == (2, 42)
