"""Figures of defect or none, counted by hand."""

from __future__ import annotations

import pytest

from tests.train.evaluate.tables import scored
from train.evaluate.binary import binary

NONE, A, B = [0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]


def test_the_binary_figures_are_taken_at_the_decision_threshold():
    items = scored(["a", "a", "", ""], [A, NONE, NONE, B])
    figures = binary(items, 0.5)
    assert (figures["accuracy"], figures["recall"], figures["precision"]) == (0.5, 0.5, 0.5)
    assert figures["auroc"] == 0.5
    assert binary(items, 0.1)["recall"] == 1.0


def test_confusion_counts_truth_in_rows():
    figures = binary(scored(["a", "a", "a", "", ""], [A, A, NONE, B, NONE]), 0.5)
    assert figures["confusion"] == {"labels": ["none", "defect"], "counts": [[1, 1], [1, 2]]}
    assert figures["f1"] == pytest.approx(2 * 2 / (3 + 3))
    assert (figures["n_groups"], figures["n_defective_groups"]) == (5, 3)


def test_recall_and_precision_have_intervals_over_their_own_groups():
    """Ten defective groups all found, one false alarm beside them."""
    figures = binary(scored(["a"] * 10 + [""] * 90, [A] * 11 + [NONE] * 89), 0.5)
    assert figures["recall_interval"] == pytest.approx((0.7225, 1.0), abs=5e-4)
    low, high = figures["precision_interval"]
    assert low < figures["precision"] == pytest.approx(10 / 11)
    assert high == 1.0


def test_without_alarms_precision_is_undefined():
    figures = binary(scored(["a", ""], [NONE, NONE]), 0.5)
    assert (figures["precision"], figures["precision_interval"]) == (None, None)


def test_calibration_is_of_the_probability_of_a_defect():
    """Scores of 0.9 on ten items, half of which show one; 0.7 at temperature 1."""
    truth = ["a"] * 5 + [""] * 5
    before = scored(truth, [[0.3, 0.7, 0.0]] * 10)
    figures = binary(scored(truth, [[0.1, 0.9, 0.0]] * 10, untempered=before), 0.5)["calibration"]
    assert figures["ece"] == pytest.approx(0.4)
    assert figures["ece_uncalibrated"] == pytest.approx(0.2)
    assert figures["bins"] == [{"confidence": pytest.approx(0.9), "right": 0.5, "n": 10}]
