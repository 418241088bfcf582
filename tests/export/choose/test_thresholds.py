"""Thresholds as they go into the manifest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from edge.core.errors import DataError
from export.choose.thresholds import choose_thresholds
from export.settings import Risk
from tests.train.evaluate.tables import scored


def items(defective: list[float], clean: list[float]):
    """Items with these gate and decision scores."""
    scores = [*defective, *clean]
    words = ["a"] * len(defective) + [""] * len(clean)
    return scored(words, [[1 - s, s, 0.0] for s in scores])


def chosen(scored_items, unit="frame", *, binding=False):
    return choose_thresholds(scored_items, Risk(binding=binding), unit=unit)


def test_they_say_how_they_were_chosen() -> None:
    thresholds = chosen(items(list(np.linspace(0.3, 0.9, 100)), [0.1] * 50))
    assert thresholds.gate.alpha == 0.05
    assert thresholds.gate.unit == "group of near-duplicate frames"
    assert (thresholds.gate.split, thresholds.decision.split) == ("val", "val")
    assert (thresholds.gate.n, thresholds.decision.n) == (100, 150)
    assert thresholds.decision.unit == "frame"
    assert thresholds.gate.achieved_recall >= 0.95


def test_the_gate_is_lowered_to_the_decision() -> None:
    thresholds = chosen(items([0.8] * 100, [0.1] * 50), unit="tile")
    assert thresholds.gate.value == thresholds.decision.value < 0.8
    assert thresholds.gate.method.endswith("then lowered to the decision threshold")
    assert thresholds.gate.achieved_recall == 1.0


def test_recall_is_counted_in_groups() -> None:
    val = items([0.05, *np.linspace(0.5, 0.9, 199)], [0.1] * 50)
    groups = np.arange(250) // 2
    thresholds = chosen(replace(val, groups=groups.astype(str)))
    assert thresholds.gate.n == 100
    assert thresholds.gate.achieved_recall == pytest.approx(0.99)


@pytest.mark.parametrize(("binding", "value"), [(True, 0.2), (False, 0.2929)])
def test_the_gate_is_lowered_for_a_class_where_that_is_asked_for(binding, value) -> None:
    scores = [*np.linspace(0.5, 0.9, 400), *np.linspace(0.2, 0.4, 29), *[0.45] * 50]
    words = ["a"] * 400 + ["b"] * 29 + [""] * 50
    gate = chosen(scored(words, [[1 - s, s, 0.0] for s in scores]), binding=binding).gate
    assert gate.value == pytest.approx(value, abs=1e-3)
    assert ("lowered for class b" in gate.method) is binding
    assert (gate.alpha, gate.n, gate.achieved_recall == 1.0) == (0.05, 429, binding)


@pytest.mark.parametrize(
    ("defective", "clean", "says"), [([], [0.1], "no defective"), ([0.9], [], "no clean")]
)
def test_both_kinds_are_needed(defective, clean, says: str) -> None:
    with pytest.raises(DataError, match=f"val split has {says} tiles"):
        chosen(items(defective, clean), unit="tile")
