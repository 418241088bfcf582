"""What the export gate lets through, and what it stops."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from edge.core.errors import ExportGateError
from export.compare.bounds import Bounds
from export.compare.non_inferiority import compare, comparison_table, require_held, verdict_of
from export.score.stage_answers import Answers, StageAnswers
from export.settings import Margins

N = 3000

LABELS = {
    "accuracy": np.ones(N, np.bool_),
    "recall of none": np.arange(N) < 2000,
    "recall of dent": (np.arange(N) >= 2000) & (np.arange(N) < 2600),
    "recall of pit": (np.arange(N) >= 2600) & (np.arange(N) < 2620),
}
"""2000 clean items, then 600 dents and 20 pits; the rest are of none of these."""

WRONG_ANYWAY = slice(0, N, 20)
"""One item of twenty is wrong in float and in int8 alike."""


def right(*wrong: slice | int) -> np.ndarray:
    answers = np.ones(N, np.bool_)
    for places in (WRONG_ANYWAY, *wrong):
        answers[places] = False
    return answers


RIGHT = right()


def stage(
    answers: np.ndarray, labels: dict[str, np.ndarray] = LABELS, scores: np.ndarray | None = None
) -> dict[str, StageAnswers]:
    figures = {name: Answers(items, answers) for name, items in labels.items()}
    defective = ~LABELS["recall of none"]
    said = np.linspace(0, 1, N, dtype=np.float32) if scores is None else scores
    return {"classifier": StageAnswers("tile", figures, said, defective, np.arange(N).astype(str))}


def compared(float_right: np.ndarray, int8_right: np.ndarray, **more: Any):
    return compare(stage(float_right), stage(int8_right, **more), Margins())


@pytest.mark.parametrize(
    ("difference", "lower", "upper", "margin", "verdict"),
    [
        (0.0, -0.002, 0.002, 0.01, "held"),
        (0.03, 0.02, 0.04, 0.01, "held"),
        (-0.005, -0.009, -0.001, 0.01, "held"),
        (-0.007, -0.011, -0.003, 0.01, "worse"),  # within the margin, and not surely
        (-0.02, -0.025, -0.015, 0.01, "worse"),
        (0.0, -0.03, 0.03, 0.01, "not judged"),
        (-0.02, -0.05, 0.01, 0.01, "not judged"),
        (0.2, 0.1, 0.3, 0.01, "held"),
        (-0.2, -0.3, -0.1, 0.01, "worse"),  # too few to say by how much, enough to say it is
        (0.0, 0.0, 0.0, 0.0, "held"),
    ],
)
def test_verdicts_of_known_bounds(
    difference: float, lower: float, upper: float, margin: float, verdict: str
) -> None:
    assert verdict_of(Bounds(difference, lower, upper), margin) == verdict


def test_what_cannot_be_judged_is_never_held() -> None:
    assert verdict_of(None, 0.01) == "not judged"


@pytest.mark.parametrize(
    ("int8_right", "worse"),
    [
        (RIGHT, []),
        (right(slice(1, 20, 2)), []),  # 10 of 3000 items are 0.3 points
        (right(slice(1, 72, 2)), ["accuracy"]),  # 1.1 points, and it may be more
        (right(slice(2001, 2011)), []),  # 10 of 600 dents
        (right(slice(2001, 2016)), []),
        (right(slice(2001, 2030)), ["accuracy", "recall of dent"]),  # 4.5 points, maybe 6
        (right(slice(2601, 2603)), []),  # two of 20 pits say nothing
        (right(slice(2600, 2620)), ["recall of pit"]),  # but all of them do
    ],
)
def test_what_is_worse_by_more_than_the_margin(int8_right: np.ndarray, worse: list[str]) -> None:
    differences = compared(RIGHT, int8_right)
    assert [d.figure for d in differences if d.verdict == "worse"] == worse
    if worse:
        with pytest.raises(ExportGateError, match=f"classifier, {worse[-1]}") as refused:
            require_held(differences, "val")
        assert refused.value.exit_code == 12
        assert "\n" not in str(refused.value)
    else:
        require_held(differences, "val")


@pytest.mark.parametrize(
    ("int8_right", "says", "option"),
    [
        (
            right(slice(2000, 2120)),
            r"recall of dent 76\.00 % against 95\.00 % \(600 tiles; with 95 % confidence it may "
            r"be down by 2\d\.\d\d points, margin 5\), and 1 more; conv is",
            "--recall-margin",
        ),
        (right(slice(1, 100, 2)), r"accuracy 93\.3\d % against 95\.00 % \(3,000 ti", "--margin"),
    ],
)
def test_the_refusal_names_figure_class_bound_margin_cause_and_option(
    int8_right: np.ndarray, says: str, option: str
) -> None:
    says = rf"^tflite int8 is worse than float on the holdout: classifier, {says}"
    with pytest.raises(ExportGateError, match=says) as refused:
        require_held(
            compared(RIGHT, int8_right),
            "the holdout",
            what="tflite int8",
            why="conv is the noisiest",
        )
    assert refused.value.hint.endswith(f"state a wider {option}")


def test_auroc_is_judged_by_ranks_and_not_by_answers() -> None:
    rng = np.random.default_rng(0)
    shuffled = (np.linspace(0, 1, N) + rng.normal(0, 0.4, N)).astype(np.float32)
    differences = compared(RIGHT, RIGHT, scores=shuffled)
    area = next(d for d in differences if d.figure == "AUROC")
    assert (area.float32, area.verdict, area.only_float_right) == (1.0, "worse", None)
    assert area.int8 is not None and area.int8 < 0.95
    with pytest.raises(ExportGateError, match=r"AUROC 0\.\d{4} against 1\.0000") as refused:
        require_held(differences, "val")
    assert refused.value.hint.endswith("--auroc-margin")


def test_each_figure_has_its_own_sense_of_right() -> None:
    float_stage, int8_stage = stage(RIGHT), stage(RIGHT)
    lost = Answers(LABELS["recall of dent"], right(slice(2000, 2600)))
    figures = int8_stage["classifier"].figures | {"recall of dent": lost}
    int8_stage["classifier"] = replace(int8_stage["classifier"], figures=figures)
    differences = compare(float_stage, int8_stage, Margins())
    assert {d.figure: d.int8 for d in differences if d.figure != "AUROC"} == {
        "accuracy": 0.95,
        "recall of none": 0.95,
        "recall of dent": 0.0,
        "recall of pit": 0.95,
    }


def test_being_better_is_no_fault() -> None:
    differences = compared(right(slice(0, 50)), RIGHT)
    require_held(differences, "val")
    assert differences[0].difference == pytest.approx(47 / N)


def test_a_class_of_few_items_is_shown_with_what_they_cannot_say() -> None:
    pit = next(d for d in compared(RIGHT, RIGHT) if d.figure == "recall of pit")
    assert (pit.n, pit.int8, pit.verdict) == (20, 0.95, "not judged")
    assert pit.lower is not None and pit.lower < -0.1


def test_paired_counts() -> None:
    accuracy = compared(right(1, 2, 3, 4), right(3, 4, 5))[0]
    assert accuracy.both_right == 2850 - 5
    assert accuracy.only_float_right == 1
    assert accuracy.only_int8_right == 2
    assert accuracy.difference == pytest.approx(1 / N)


def test_a_class_that_the_holdout_lacks() -> None:
    labels = LABELS | {"recall of pit": np.zeros(N, np.bool_)}
    differences = compare(stage(RIGHT, labels), stage(RIGHT, labels), Margins())
    pit = next(d for d in differences if d.figure == "recall of pit")
    assert (pit.n, pit.float32, pit.lower, pit.verdict) == (0, None, None, "not judged")


def test_the_table_shows_every_figure() -> None:
    console = Console(file=io.StringIO(), width=100)
    console.print(comparison_table(compared(RIGHT, right(slice(2000, 2120))), "val", Margins()))
    text = console.file.getvalue()
    for words in (
        "int8 against float on val",
        "recall of dent",
        "76.00 %",
        "-19.00",
        "WORSE",
        "not judged",
        "held",
        "classifier, tiles",
        " 600 ",
    ):
        assert words in text
