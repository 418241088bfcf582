"""The printed figures, counted by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from edge.bundle.evidence import DecisionThreshold, GateThreshold, Thresholds
from tests.train.evaluate.tables import scored
from train.evaluate.figures import binary, evaluation, gate, multiclass

NONE, A, B = [0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]
THRESHOLDS = Thresholds(
    gate=GateThreshold(
        value=0.15,
        alpha=0.05,
        delta=0.1,
        n=80,
        unit="group of near-duplicate tiles",
        method="order statistic",
        split="val",
        achieved_recall=0.975,
    ),
    decision=DecisionThreshold(value=0.5, split="val", method="accuracy", n=160, unit="tile"),
)


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


def test_the_binary_figures_are_taken_at_the_decision_threshold():
    items = scored(["a", "a", "", ""], [A, NONE, NONE, B])
    figures = binary(items, 0.5)
    assert (figures["accuracy"], figures["recall"], figures["precision"]) == (0.5, 0.5, 0.5)
    assert figures["auroc"] == 0.5
    assert binary(items, 0.1)["recall"] == 1.0


def test_the_gate_s_figures_are_taken_at_its_own():
    items = scored(["a", "a", "", ""], [A, NONE, [0.9, 0.05, 0.05], B])
    items = replace(items, groups=np.array(["g", "g", "h", "i"]))
    figures = gate(items, THRESHOLDS)
    assert (figures["recall"], figures["pass_rate_clean"]) == (1.0, 0.5)
    strict = THRESHOLDS.model_copy(
        update={"gate": THRESHOLDS.gate.model_copy(update={"value": 0.5})}
    )
    assert (gate(items, strict)["recall"], gate(items, strict)["group_recall"]) == (0.5, 0.0)


def test_the_cascade_s_figures_are_its_verdicts():
    items = replace(
        scored(["a", "a", ""], [NONE, NONE, A]), verdicts=np.array([True, False, False])
    )
    figures = evaluation(items, THRESHOLDS)
    assert figures["cascade"]["accuracy"] == pytest.approx(2 / 3)
    assert figures["cascade"]["recall"] == 0.5
    assert figures["instances"] is None
