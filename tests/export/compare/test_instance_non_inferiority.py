"""Shrunk instance networks against float ones: which figure fell, and by how much too much."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from export.compare.instance_non_inferiority import (
    ApDifference,
    compare_instances,
    instance_loss_text,
    instances_table,
)
from export.convert.forms import NAMED, REQUIRED
from export.settings import Margins
from tests.train.evaluate.instances.made import CLASSES, found, label, sample
from train.evaluate.instances.matched_instances import MatchedInstances, match_instances

N = 160

BOXES = [(i % 2, 4 * (i % 8), 2, 3, 6) for i in range(N)]
SAMPLES = [sample(label(*box), group=f"group {i}") for i, box in enumerate(BOXES)]


def judged(right: int, **more: Any) -> MatchedInstances:
    """What finds ``right`` of the defects."""
    things = [[found(b[0], 0.9, *b[1:], **more)] if i < right else [] for i, b in enumerate(BOXES)]
    return match_instances(things, SAMPLES, CLASSES)


def compared(right: int, margins: Margins, *, masks: bool = True) -> list[ApDifference]:
    return compare_instances(judged(N), judged(right), NAMED["onnx-int8"], margins, masks=masks)


def test_every_figure_is_compared_with_its_bounds() -> None:
    boxes, outlines = compared(128, Margins())
    assert (boxes.figure, outlines.figure) == ("box AP50", "mask AP50")
    for d in (boxes, outlines):
        assert d.float32 == pytest.approx(1.0)
        assert d.bounds is not None
        assert d.bounds.difference == pytest.approx(d.shrunk - d.float32)
        assert -0.3 < d.bounds.lower < -0.2 < d.bounds.upper < -0.1
        assert d.verdict == "worse"
    assert [d.figure for d in compared(128, Margins(), masks=False)] == ["box AP50"]


@pytest.mark.parametrize(
    ("right", "margin", "verdict"),
    [
        (N, 0.02, "held"),
        (N, 0.01, "not judged"),
        (N - 2, 0.01, "not judged"),
        (128, 0.3, "held"),
        (128, 0.1, "worse"),
        (0, 0.9, "worse"),
    ],
)
def test_a_loss_beyond_the_margin_is_told(right: int, margin: float, verdict: str) -> None:
    margins = Margins(ap50=margin)
    differences = compared(right, margins)
    assert {d.verdict for d in differences} == {verdict}
    words = instance_loss_text(differences, "val", margins)
    assert (words is not None) is (verdict == "worse")


def test_the_figure_that_lost_most_is_named() -> None:
    exact = judged(N)
    unmasked = judged(N, mask=False)
    blurred = replace(unmasked, masks=judged(96).masks)
    differences = compare_instances(exact, blurred, REQUIRED, Margins(), masks=True)
    words = instance_loss_text(differences, "the holdout", Margins())
    assert words is not None
    assert re.match(r"worse than float on the holdout: mask AP50 0\.\d+ against 1\.000 in", words)
    assert words.endswith("margin 2)")


def test_the_table_shows_every_figure() -> None:
    console = Console(file=io.StringIO(), width=100)
    table = instances_table(compared(128, Margins()), judged(N), "val", Margins())
    console.print(table)
    text = console.file.getvalue()
    for words in (
        "onnx int8",
        "box AP50",
        "mask AP50",
        "1.000",
        "WORSE",
        f"{N} defects on {N} frames",
    ):
        assert words in text
