"""Figures of the classes, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tests.train.evaluate.tables import scored
from train.evaluate.multiclass import OTHERS, multiclass

NONE, A, B = [0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]


def test_a_network_that_never_says_b_recalls_no_b():
    """Items that show both and were called a are right, but they are no hit of b."""
    figures = multiclass(scored(["ab"] * 6 + ["b"] * 2 + [""] * 2, [A] * 8 + [NONE] * 2))
    assert figures["accuracy"] == pytest.approx(0.8)
    a, b, none = (figures["per_class"][name] for name in ("a", "b", "none"))
    assert (b["recall"], b["precision"], b["f1"], b["n"]) == (0.0, None, 0.0, 8)
    assert (a["recall"], a["precision"], a["n"]) == (1.0, 0.75, 6)
    assert (none["recall"], none["precision"], none["n"]) == (1.0, 1.0, 2)
    assert figures["macro_f1"] == pytest.approx((1 + 2 * 0.75 / 1.75 + 0) / 3)


def test_a_multilabel_network_may_recall_both():
    items = scored(["ab", "a"], [[0.1, 0.9, 0.7], [0.3, 0.4, 0.7]], multilabel=True)
    figures = multiclass(items)
    assert figures["accuracy"] == 0.5
    assert [figures["per_class"][name]["recall"] for name in ("a", "b")] == [0.5, 1.0]
    assert figures["per_class"]["b"]["precision"] == 0.5


def test_confusion_puts_an_item_of_several_classes_where_its_answer_is():
    """Both and called b: row b. Both and called none: row a, its lowest."""
    items = scored(["", "", "a", "ab", "ab", "b"], [NONE, B, A, B, NONE, A])
    assert multiclass(items)["confusion"] == {
        "labels": ["none", "a", "b"],
        "counts": [[1, 0, 1], [1, 1, 0], [0, 1, 1]],
    }


def test_classes_that_only_the_bundle_knows_have_a_column():
    items = scored(["a", ""], [[0.1, 0.2, 0.1, 0.6], NONE])
    confusion = multiclass(items)["confusion"]
    assert confusion["labels"] == ["none", "a", "b", OTHERS]
    assert confusion["counts"] == [[1, 0, 0, 0], [0, 0, 0, 1], [0] * 4, [0] * 4]


def test_confidence_is_that_of_the_answer():
    """Ten answers with 0.8, of which six are right."""
    figures = multiclass(scored(["a"] * 6 + ["b"] * 4, [A] * 10))["calibration"]
    assert figures["ece"] == pytest.approx(0.2)
    assert figures["bins"] == [{"confidence": pytest.approx(0.8), "right": 0.6, "n": 10}]
    assert figures["ece_uncalibrated"] == figures["ece"]


def test_a_class_s_interval_is_over_the_groups_that_show_it():
    """One group of a hundred shows b: nothing is known of any other."""
    groups = np.array(["g"] * 5 + [f"h{i}" for i in range(99)])
    b = multiclass(scored(["b"] * 5 + [""] * 99, [B] * 5 + [NONE] * 99, groups=groups))
    low, high = b["per_class"]["b"]["recall_interval"]
    assert (low, high) == (pytest.approx(0.2065, abs=5e-4), 1.0)
