"""Over which items each figure is taken, and what is right in its sense."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from export.score.stage_answers import stage_answers, stage_figures
from tests.train.evaluate.tables import scored

NONE, A, B = [0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]


def counts(stage) -> dict[str, tuple[int, int]]:
    """Items and right ones of each figure."""
    return {
        name: (len(answers.counted), int(answers.counted.sum()))
        for name, answers in stage.figures.items()
    }


def test_a_network_that_never_says_b_recalls_no_b() -> None:
    items = scored(["ab"] * 6 + ["b"] * 2 + [""] * 2, [A] * 8 + [NONE] * 2)
    stages = stage_answers(items, items, own="tile", unit="tile")
    assert counts(stages["classifier"]) == {
        "accuracy": (10, 8),
        "recall of none": (2, 2),
        "recall of a": (6, 6),
        "recall of b": (8, 0),
    }
    recall = stage_figures(stages["classifier"]).recall_per_class
    assert recall == {"none": 1.0, "a": 1.0, "b": 0.0}


def test_a_multilabel_network_may_recall_both() -> None:
    items = scored(["ab", "a"], [[0.1, 0.9, 0.7], [0.3, 0.4, 0.7]], multilabel=True)
    stage = stage_answers(items, items, own="tile", unit="tile")["classifier"]
    assert counts(stage) == {
        "accuracy": (2, 1),
        "recall of none": (0, 0),
        "recall of a": (2, 1),
        "recall of b": (1, 1),
    }
    assert stage_figures(stage).recall_per_class["none"] is None


def test_the_gate_answers_at_one_half_and_the_decision_by_its_verdict() -> None:
    items = scored(["a", "a", "", ""], [A, NONE, NONE, A])
    items = replace(items, verdicts=np.array([True, True, False, False]))
    stages = stage_answers(items, items, own="tile", unit="tile")
    gate = {"accuracy": (4, 2), "recall of none": (2, 1), "recall of defect": (2, 1)}
    assert counts(stages["gate"]) == gate
    decision = {"accuracy": (4, 4), "recall of none": (2, 2), "recall of defect": (2, 2)}
    assert counts(stages["decision"]) == decision


@pytest.mark.parametrize(
    ("own", "unit", "units"),
    [
        ("tile", "tile", ["tile"] * 3),
        ("tile", "frame", ["tile", "tile", "frame"]),
        ("frame", "frame", ["frame"] * 3),
    ],
)
def test_each_stage_states_what_its_items_are(own, unit, units: list[str]) -> None:
    tiles, frames = scored(["a", "b", ""], [A, B, NONE]), scored(["ab", ""], [A, NONE])
    stages = stage_answers(tiles, frames, own=own, unit=unit)
    figures = [stage_figures(stages[s]) for s in ("gate", "classifier", "decision")]
    assert [f.unit for f in figures] == units
    assert [f.n for f in figures] == [3, 3, 2]


def test_without_a_classifier_there_is_no_such_stage() -> None:
    mute = replace(scored(["a", ""], [A, NONE]), none=None, class_scores=None)
    assert set(stage_answers(mute, mute, own="tile", unit="tile")) == {"gate", "decision"}


def test_figures_carry_intervals_that_leave_room_for_doubt() -> None:
    items = scored(["a"] * 10 + [""] * 10, [A] * 10 + [NONE] * 10)
    figures = stage_figures(stage_answers(items, items, own="tile", unit="tile")["gate"])
    assert (figures.accuracy, figures.auroc) == (1.0, 1.0)
    for low, high in (figures.accuracy_interval, figures.auroc_interval):
        assert (low, high) == (pytest.approx(0.839, abs=1e-3), 1.0)
