"""What the export gate lets through, and what it stops."""

from __future__ import annotations

import io

import numpy as np
import pytest
from rich.console import Console

from edge.errors import ExportGateError
from export.gate import Margins, compare, comparison_table, figure_items, require_held

CLASSES = ("dent", "pit")
LABELS = np.zeros((200, 2), np.bool_)
LABELS[100:160, 0] = True
LABELS[150:170, 1] = True
"""100 clean items, then 60 dents and 20 pits of which 10 are both, then 30 clean ones."""

RIGHT = np.ones(200, np.bool_)


def wrong(*places: slice | int) -> np.ndarray:
    right = RIGHT.copy()
    for place in places:
        right[place] = False
    return right


def compared(float_right: np.ndarray, int8_right: np.ndarray, stage: str = "classifier"):
    return compare({stage: float_right}, {stage: int8_right}, LABELS, CLASSES, Margins())


@pytest.mark.parametrize(
    ("stage", "counts"),
    [
        ("classifier", {"accuracy": 200, "recall of none": 130, "recall of dent": 60}),
        ("gate", {"accuracy": 200, "recall of none": 130, "recall of defect": 70}),
        ("decision", {"accuracy": 200, "recall of none": 130, "recall of defect": 70}),
    ],
)
def test_each_figure_is_taken_over_its_items(stage: str, counts: dict[str, int]) -> None:
    items = figure_items(stage, LABELS, CLASSES)
    counted = {figure: int(chosen.sum()) for figure, chosen in items.items()}
    assert counted == counts | ({"recall of pit": 20} if stage == "classifier" else {})


@pytest.mark.parametrize(
    ("int8_right", "worse"),
    [
        (RIGHT, []),
        (wrong(0, 1), []),  # accuracy falls by 1 point, which is the margin
        (wrong(0, 1, 2), ["accuracy"]),
        (wrong(slice(100, 103)), ["accuracy"]),  # 3 of 60 dents are 5 points, which is the margin
        (wrong(slice(100, 104)), ["accuracy", "recall of dent"]),
        (wrong(160, 161), []),  # 2 of 20 pits: too few to judge
    ],
)
def test_what_is_worse_by_more_than_the_margin(int8_right: np.ndarray, worse: list[str]) -> None:
    differences = compared(RIGHT, int8_right)
    assert [d.figure for d in differences if d.verdict == "worse"] == worse
    if worse:
        with pytest.raises(ExportGateError, match=f"classifier, {worse[-1]}") as refused:
            require_held(differences, Margins())
        assert refused.value.exit_code == 12
        assert "\n" not in str(refused.value)
    else:
        require_held(differences, Margins())


def test_the_refusal_names_figure_class_and_margin() -> None:
    differences = compared(RIGHT, wrong(slice(100, 112)))
    said = r"classifier, recall of dent 80\.0% against 100\.0% \(n = 60, margin 5 points\), and 1"
    with pytest.raises(ExportGateError, match=said):
        require_held(differences, Margins())


def test_being_better_is_no_fault() -> None:
    differences = compared(wrong(slice(0, 50)), RIGHT)
    require_held(differences, Margins())
    assert differences[0].difference == pytest.approx(0.25)


def test_classes_with_few_items_are_shown_and_not_judged() -> None:
    pit = next(d for d in compared(RIGHT, wrong(slice(150, 170))) if d.figure == "recall of pit")
    assert (pit.n, pit.int8, pit.verdict) == (20, 0.0, "too few to judge")


def test_paired_counts() -> None:
    accuracy = compared(wrong(0, 1, 2, 3), wrong(2, 3, 4))[0]
    assert accuracy.both_right == 195
    assert accuracy.only_float_right == 1
    assert accuracy.only_int8_right == 2
    assert accuracy.difference == pytest.approx(1 / 200)


def test_a_class_that_the_holdout_lacks() -> None:
    differences = compare(
        {"classifier": RIGHT},
        {"classifier": RIGHT},
        LABELS[:, [0, 0]]
        & [
            True,
            False,
        ],
        CLASSES,
        Margins(),
    )
    pit = differences[-1]
    assert (pit.figure, pit.n, pit.float32, pit.difference) == ("recall of pit", 0, None, None)
    require_held(differences, Margins())


def test_the_table_shows_every_figure() -> None:
    console = Console(file=io.StringIO(), width=100)
    console.print(comparison_table(compared(RIGHT, wrong(slice(100, 112))), Margins()))
    text = console.file.getvalue()
    for words in ("classifier", "recall of dent", "80.00", "-20.00", "WORSE", "too few", "held"):
        assert words in text
