"""What the export gate lets through, and what it stops."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from edge.errors import ExportGateError
from export.answers import Answers, StageAnswers
from export.gate import Margins, compare, comparison_table, require_held

LABELS = {
    "accuracy": np.ones(200, np.bool_),
    "recall of none": np.arange(200) < 100,
    "recall of dent": (np.arange(200) >= 100) & (np.arange(200) < 160),
    "recall of pit": (np.arange(200) >= 150) & (np.arange(200) < 170),
}
"""100 clean items, then 60 dents and 20 pits of which 10 are both; 30 are of none of these."""

RIGHT = np.ones(200, np.bool_)


def wrong(*places: slice | int) -> np.ndarray:
    right = RIGHT.copy()
    for place in places:
        right[place] = False
    return right


def stage(right: np.ndarray, labels: dict[str, np.ndarray] = LABELS) -> dict[str, StageAnswers]:
    figures = {name: Answers(items, right) for name, items in labels.items()}
    rest = np.zeros(200, np.float32), ~LABELS["recall of none"], np.arange(200).astype(str)
    return {"classifier": StageAnswers("tile", figures, *rest)}


def compared(float_right: np.ndarray, int8_right: np.ndarray):
    return compare(stage(float_right), stage(int8_right), Margins())


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


@pytest.mark.parametrize(
    ("int8_right", "says", "option"),
    [
        (
            wrong(slice(100, 112)),
            r"recall of dent 80\.0% against 100\.0% \(60 tiles, margin 5 points\), and 1",
            "--recall-margin",
        ),
        (wrong(0, 1, 2), r"accuracy 98\.5% against 100\.0% \(200 tiles, margin 1", "--margin"),
    ],
)
def test_the_refusal_names_figure_class_margin_and_option(
    int8_right: np.ndarray, says: str, option: str
) -> None:
    with pytest.raises(ExportGateError, match=f"classifier, {says}") as refused:
        require_held(compared(RIGHT, int8_right), Margins())
    assert refused.value.hint.endswith(f"state a wider {option}")


def test_each_figure_has_its_own_sense_of_right() -> None:
    float_stage, int8_stage = stage(RIGHT), stage(RIGHT)
    lost = Answers(LABELS["recall of dent"], wrong(slice(100, 160)))
    figures = int8_stage["classifier"].figures | {"recall of dent": lost}
    int8_stage["classifier"] = replace(int8_stage["classifier"], figures=figures)
    differences = compare(float_stage, int8_stage, Margins())
    assert {d.figure: d.int8 for d in differences} == {
        "accuracy": 1.0,
        "recall of none": 1.0,
        "recall of dent": 0.0,
        "recall of pit": 1.0,
    }


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
    labels = LABELS | {"recall of pit": np.zeros(200, np.bool_)}
    differences = compare(stage(RIGHT, labels), stage(RIGHT, labels), Margins())
    pit = differences[-1]
    assert (pit.figure, pit.n, pit.float32, pit.difference) == ("recall of pit", 0, None, None)
    require_held(differences, Margins())


def test_the_table_shows_every_figure() -> None:
    console = Console(file=io.StringIO(), width=100)
    console.print(comparison_table(compared(RIGHT, wrong(slice(100, 112))), Margins()))
    text = console.file.getvalue()
    for words in (
        "classifier",
        "recall of dent",
        "80.00",
        "-20.00",
        "WORSE",
        "too few",
        "held",
        "60 tiles",
    ):
        assert words in text
