"""Which rungs still stand, and which have to go so that a bundle stays small."""

from __future__ import annotations

import hashlib
import io

import pytest
from rich.console import Console

from edge.bundle.manifest_parts import FigureDifference
from export.choose.form_tables import ladder_table
from export.compare.evidence import (
    RungEvidence,
    RungFiles,
    SplitComparison,
    assemble,
    not_converted,
    not_refused,
    packed_rungs,
    rung_files,
    too_large,
    with_split,
)
from export.convert.every_form import ConvertedForms
from export.convert.forms import (
    EXACT,
    LADDER,
    NAMED,
    REQUIRED,
    Rung,
)
from export.score.latency import Latency
from tests.export.compare.test_non_inferiority import (
    RIGHT,
    compared,
    right,
)

ONNX, SMALL = NAMED["onnx-float32"], NAMED["onnx-int8"]


FOUND = {
    "exact": EXACT,
    "onnx": ONNX,
    "required": REQUIRED,
    "small": SMALL,
}


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
def test_the_largest_that_are_not_required_go_first(limit: int, left: list[Rung]) -> None:
    sizes = {EXACT: 10, ONNX: 10, REQUIRED: 3, SMALL: 3}
    refused = too_large(sizes, limit)
    assert not_refused(sizes, refused) == left
    assert all("would exceed" in reason for reason in refused.values())


def evidence(
    differences: dict[Rung, tuple[FigureDifference, ...]], refused: dict[Rung, str], split: str
) -> dict[Rung, RungEvidence[FigureDifference]]:
    files = {rung: RungFiles(sizes={"gate": 2048}) for rung in LADDER}
    latency = {r: {"gate": Latency(1.0, 2.0, 1.0 if r == EXACT else 0.5, 9)} for r in LADDER}
    return assemble(
        files,
        refused,
        split,
        SplitComparison(differences, {}),
        end_to_end=dict.fromkeys(LADDER, 0.01),
        latency=latency,
    )


def test_the_manifest_counts_verdicts_of_what_is_packed() -> None:
    held = compared(RIGHT, RIGHT)
    left_out = {rung: "not wanted" for rung in LADDER if rung not in FOUND.values()}
    given = evidence({REQUIRED: held, ONNX: held}, {SMALL: "worse", **left_out}, "holdout")
    packed = packed_rungs(given, "holdout")
    assert [(p.format, p.precision) for p in packed] == [("onnx", "float32"), ("tflite", "int8")]
    assert all((p.held, p.not_judged) == (4, 1) for p in packed)


def test_the_holdout_adds_to_what_val_has_shown_and_takes_nothing_back() -> None:
    held = compared(RIGHT, RIGHT)
    val = evidence({REQUIRED: held, ONNX: held}, {SMALL: "worse on val"}, "val")
    later = SplitComparison({REQUIRED: held}, {ONNX: "worse", SMALL: "worse"})
    both = with_split(val, "holdout", later, later.refused)
    assert set(both[REQUIRED].differences) == {"val", "holdout"}
    assert set(both[ONNX].differences) == {"val"}
    assert both[ONNX].refused == "worse"
    assert both[SMALL].refused == "worse on val"
    assert val[ONNX].refused is None
    assert set(val[REQUIRED].differences) == {"val"}


def test_networks_that_cannot_be_had_are_named_with_their_reason() -> None:
    networks = {
        "gate": ConvertedForms({EXACT: b"gate"}, {EXACT: 0.25}, {ONNX: "too odd"}),
        "classifier": ConvertedForms({EXACT: b"more", ONNX: b"x"}, {EXACT: 0, ONNX: 0}, {}),
    }
    assert not_converted(networks, (EXACT, ONNX)) == {ONNX: "gate: too odd"}
    files = rung_files(networks, (EXACT, ONNX))
    assert files[EXACT].sizes == {"gate": 4, "classifier": 4}
    assert files[EXACT].parity == {"gate": 0.25, "classifier": 0}
    assert files[EXACT].digests["gate"] == hashlib.sha256(b"gate").hexdigest()
    assert files[ONNX].sizes == {"classifier": 1}


def test_the_table_has_a_row_for_every_rung() -> None:
    differences = {rung: compared(RIGHT, right(1)) for rung in LADDER if rung != EXACT}
    given = evidence(differences, {SMALL: "gate: it does not convert"}, "val")
    console = Console(file=io.StringIO(), width=120)
    console.print(ladder_table(given, "val"))
    text = console.file.getvalue()
    for rung in LADDER:
        assert str(rung) in text
    for words in (
        "the reference",
        "4 held, 1 not judged",
        "refused: gate: it does",
        "0.50",
        "1.0e-02",
    ):
        assert words in text
