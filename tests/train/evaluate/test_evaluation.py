"""The printed figures, counted by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from edge.bundle.manifest_parts import (
    DecisionThreshold,
    GateThreshold,
    Thresholds,
)
from edge.vision.instances.rules import ClassRule
from tests.train.evaluate.instances import made
from tests.train.evaluate.tables import scored
from train.evaluate.comparison import Baseline
from train.evaluate.evaluation import evaluation, gate
from train.evaluate.instances.matched_instances import match_instances

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


def test_the_gate_s_figures_are_taken_at_its_own():
    items = scored(["a", "a", "", ""], [A, NONE, [0.9, 0.05, 0.05], B])
    items = replace(items, groups=np.array(["g", "g", "h", "i"]))
    figures = gate(items, THRESHOLDS)
    assert (figures["recall"], figures["pass_rate_clean"]) == (1.0, 0.5)
    strict = THRESHOLDS.model_copy(
        update={"gate": THRESHOLDS.gate.model_copy(update={"value": 0.5})}
    )
    assert (gate(items, strict)["recall"], gate(items, strict)["group_recall"]) == (0.5, 0.0)


def test_the_gate_s_recall_of_each_class_is_counted_in_items_and_groups():
    items = scored(["a", "ab", "b", ""], [A, NONE, B, A], groups=np.array(["g", "h", "h", "i"]))
    strict = THRESHOLDS.model_copy(
        update={"gate": THRESHOLDS.gate.model_copy(update={"value": 0.5})}
    )
    assert gate(items, strict)["per_class"] == {
        "a": {"recall": 0.5, "group_recall": 0.5, "n": 2, "n_groups": 2},
        "b": {"recall": 0.5, "group_recall": 0.0, "n": 2, "n_groups": 1},
    }


def test_the_clean_pass_rate_at_99_recall_is_no_matter_of_the_threshold():
    scores = [0.2, *np.linspace(0.5, 0.9, 99), 0.1, 0.3, 0.6, 0.7]
    items = scored(["a"] * 100 + [""] * 4, [[1 - s, s, 0.0] for s in scores])
    assert gate(items, THRESHOLDS)["pass_rate_clean_at_99_recall"] == 0.5
    clean = items.take(~items.defective)
    assert gate(clean, THRESHOLDS)["pass_rate_clean_at_99_recall"] is None


def test_the_cascade_s_figures_are_its_verdicts():
    items = replace(
        scored(["a", "a", ""], [NONE, NONE, A]), verdicts=np.array([True, False, False])
    )
    figures = evaluation(items, THRESHOLDS)
    assert figures["cascade"]["accuracy"] == pytest.approx(2 / 3)
    assert figures["cascade"]["recall"] == 0.5
    assert figures["instances"] is None
    assert figures["baseline"] is None


def test_instances_are_judged_where_there_is_a_model_and_compared_with_a_baseline_s():
    samples = [made.sample(made.label(0, 0, 0, 8, 8)), made.sample()]
    seen = [[made.found(0, 0.9, 0, 0, 8, 8)], []]
    found, missed = (
        match_instances(things, samples, made.CLASSES, [ClassRule(0.5, 0)] * 2)
        for things in (seen, [[], []])
    )
    items = scored(["a", ""], [A, NONE])
    other = Baseline("other", "0" * 64, items, 0.5, missed)
    figures = evaluation(items, THRESHOLDS, other, found)
    assert figures["instances"]["box_ap50"] == pytest.approx(1.0)
    assert figures["baseline"]["instances"]["box_ap50"]["difference"] == pytest.approx(1.0)
    assert evaluation(items, THRESHOLDS, other)["baseline"]["instances"] is None
