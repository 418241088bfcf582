"""Two bundles on the same items, counted by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.train.evaluate.tables import scored
from train.evaluate.comparison import Baseline, comparison, paired

NONE, A, B = [0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]


def test_the_four_kinds_of_items_are_counted():
    """Six only this, one only the baseline: p = 2 (1 + 7) / 2⁷."""
    this = np.array([True] * 16 + [False] * 4)
    other = np.array([True] * 10 + [False] * 6 + [True] + [False] * 3)
    figures = paired(np.arange(20).astype(str), this, other)
    names = ("both_right", "only_this", "only_baseline", "both_wrong", "n")
    assert [figures[name] for name in names] == [10, 6, 1, 3, 20]
    assert figures["p_value"] == pytest.approx(0.125)
    assert (figures["accuracy"], figures["baseline_accuracy"]) == (0.8, 0.55)
    assert figures["difference"] == pytest.approx(0.25)
    low, high = figures["difference_interval"]
    assert low < 0.25 < high


def test_near_duplicates_widen_the_interval_and_not_the_p_value():
    this = np.array([True] * 90 + [False] * 10)
    other = np.array([True] * 80 + [False] * 20)
    alone = paired(np.arange(100).astype(str), this, other)
    copies = paired((np.arange(100) // 10).astype(str), this, other)
    assert alone["p_value"] == copies["p_value"] < 0.01
    assert alone["difference_interval"][0] > 0 >= copies["difference_interval"][0]


def test_each_is_judged_at_its_own_threshold():
    items = scored(["a", "b", ""], [A, B, NONE])
    strict = Baseline("other", "0" * 64, items, 0.95)
    figures = comparison(items, 0.5, strict)
    assert figures["name"] == "other"
    assert (figures["binary"]["only_this"], figures["binary"]["only_baseline"]) == (2, 0)
    assert figures["multiclass"]["both_right"] == 3
    assert figures["multiclass"]["p_value"] == 1.0


@pytest.mark.parametrize("mute_this", [True, False])
def test_classes_are_compared_only_where_both_name_them(mute_this):
    items = scored(["a", ""], [A, NONE])
    mute = replace(items, none=None, class_scores=None)
    this, other = (mute, items) if mute_this else (items, mute)
    figures = comparison(this, 0.5, Baseline("other", "0" * 64, other, 0.5))
    assert figures["multiclass"] is None
    assert figures["binary"]["n"] == 2
