"""Shrunk instance networks against float ones: which figure fell, and by how much too much."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from edge.errors import ExportGateError
from export.gate import Margins
from export.instance_gate import (
    ApDifference,
    compare_instances,
    instances_table,
    require_instances_held,
)
from tests.train.evaluate.instances.made import CLASSES, found, label, sample
from train.evaluate.instances.judged import JudgedInstances, judge_instances

BOXES = [(index, 4 * i, 2, 3, 6) for i, index in enumerate([0, 1] * 5)]
SAMPLES = [sample(label(*box), group=f"group {i}") for i, box in enumerate(BOXES)]


def judged(right: int, **more: Any) -> JudgedInstances:
    """What finds ``right`` of the ten defects."""
    things = [[found(b[0], 0.9, *b[1:], **more)] if i < right else [] for i, b in enumerate(BOXES)]
    return judge_instances(things, SAMPLES, CLASSES)


def compared(right: int, margins: Margins, *, masks: bool = True) -> list[ApDifference]:
    return compare_instances(judged(10), judged(right), "onnx", margins, masks=masks)


def test_every_figure_is_compared_with_its_interval() -> None:
    boxes, outlines = compared(8, Margins())
    assert (boxes.figure, outlines.figure) == ("box AP50", "mask AP50")
    for d in (boxes, outlines):
        assert d.float32 == pytest.approx(1.0)
        assert d.difference == pytest.approx(-0.2, abs=0.01)
        assert d.interval is not None
        assert -0.6 < d.interval[0] < d.difference < d.interval[1] <= 0.0
        assert d.worse
    assert [d.figure for d in compared(8, Margins(), masks=False)] == ["box AP50"]


@pytest.mark.parametrize(
    ("right", "margin", "held"), [(10, 0.0, True), (8, 0.3, True), (8, 0.1, False), (0, 0.9, False)]
)
def test_a_loss_beyond_the_margin_is_refused(right: int, margin: float, held: bool) -> None:
    margins = Margins(ap50=margin)
    differences = compared(right, margins)
    if held:
        require_instances_held(differences, margins)
        return
    with pytest.raises(ExportGateError, match=r"AP50 0\.\d+ against 1\.000 in onnx .*, and 1 more"):
        require_instances_held(differences, margins)


def test_the_figure_that_lost_most_is_named() -> None:
    exact = judged(10)
    unmasked = judged(10, mask=False)
    blurred = replace(unmasked, masks=judged(6).masks)
    differences = compare_instances(exact, blurred, "tflite", Margins(), masks=True)
    with pytest.raises(ExportGateError, match=r"mask AP50 0\.\d+ .* in tflite .*2 points\); "):
        require_instances_held(differences, Margins())


def test_the_table_shows_every_figure() -> None:
    console = Console(file=io.StringIO(), width=100)
    console.print(instances_table(compared(8, Margins()), judged(10), Margins()))
    text = console.file.getvalue()
    for words in ("onnx", "box AP50", "mask AP50", "1.000", "WORSE", "10 defects on 10 frames"):
        assert words in text
