"""Which rungs still stand, and which have to go so that a bundle stays small."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from export.choose.form_tables import ladder_table
from export.compare.evidence import (
    RungEvidence,
    leave_out_too_large,
    packed_rungs,
    standing,
)
from export.convert.forms import (
    EXACT,
    LADDER,
    NAMED,
    REQUIRED,
)
from export.score.latency import Latency
from tests.export.compare.test_non_inferiority import (
    RIGHT,
    compared,
    right,
)

ONNX, SMALL = NAMED["onnx-float32"], NAMED["onnx-int8"]


def proofs(**sizes: int) -> dict:
    rungs = {"exact": EXACT, "onnx": ONNX, "required": REQUIRED, "small": SMALL}
    return {rungs[n]: RungEvidence(rungs[n], sizes={"gate": size}) for n, size in sizes.items()}


@pytest.mark.parametrize(
    ("limit", "left"),
    [
        (30, [EXACT, ONNX, REQUIRED, SMALL]),
        (26, [EXACT, ONNX, REQUIRED, SMALL]),
        (25, [EXACT, REQUIRED, SMALL]),
        (15, [EXACT, REQUIRED]),
        (1, [EXACT, REQUIRED]),
    ],
)
def test_the_largest_that_are_not_required_go_first(limit: int, left: list) -> None:
    given = proofs(exact=10, onnx=10, required=3, small=3)
    leave_out_too_large(given, limit)
    assert standing(given) == left
    for rung in set(given) - set(left):
        assert "larger than" in (given[rung].refused or "")


def test_the_manifest_counts_verdicts_of_what_is_packed() -> None:
    given = proofs(exact=1, onnx=1, required=1, small=1)
    given[REQUIRED].differences["holdout"] = compared(RIGHT, RIGHT)
    given[ONNX].differences["holdout"] = compared(RIGHT, RIGHT)
    given[SMALL].refused = "worse"
    packed = packed_rungs(given, "holdout")
    assert [(p.format, p.precision) for p in packed] == [("onnx", "float32"), ("tflite", "int8")]
    assert all((p.held, p.not_judged) == (4, 1) for p in packed)


def test_the_table_has_a_row_for_every_rung() -> None:
    given = {rung: RungEvidence(rung, sizes={"gate": 2048}) for rung in LADDER}
    for rung in LADDER:
        given[rung].latency["gate"] = Latency(1.0, 2.0, 1.0 if rung == EXACT else 0.5, 9)
        given[rung].end_to_end = 0.01
        if rung != EXACT:
            given[rung].differences["val"] = compared(RIGHT, right(1))
    given[SMALL].refused = "gate: it does not convert"
    console = Console(file=io.StringIO(), width=120)
    console.print(ladder_table(given, "val"))
    text = console.file.getvalue()
    for rung in LADDER:
        assert str(rung) in text
    for words in (
        "the measure",
        "4 held, 1 not judged",
        "refused: gate: it does",
        "0.50",
        "1.0e-02",
    ):
        assert words in text
