"""What newer bundles say besides, and that older ones still say what they said."""

from __future__ import annotations

import json
from typing import Any

import pytest

from edge.bundle.manifest import parse_manifest
from edge.bundle.manifest_parts import GoldenFrame, GoldenScores
from edge.core.errors import BundleError
from tests.edge.bundle.samples import fields, manifest, with_report


def test_an_older_bundle_keeps_its_every_byte() -> None:
    sample = manifest(
        gate_report=fields()["gate_report"]
        | {"differences": [fields()["gate_report"]["differences"][0] | {"verdict": OLD}]}
    )
    again = parse_manifest(sample.to_json())
    assert again.gate_report.differences[0].verdict == OLD
    assert again.gate_report.min_items == 30
    for word in (b'report"', b"auroc_margin", b"lower", b"expected_onnx", b"rungs"):
        assert word not in sample.to_json().replace(b"gate_report", b"")


OLD = "too few to judge"


def test_bounds_margins_and_rungs_are_kept() -> None:
    report = parse_manifest(manifest(**with_report()).to_json()).gate_report
    accuracy, auroc = report.differences
    assert (accuracy.lower, accuracy.upper, accuracy.margin) == (-0.0125, -0.0075, 0.01)
    assert (auroc.verdict, auroc.both_right) == ("not judged", None)
    assert report.min_items is None
    assert report.rungs is not None and report.rungs[0].precision == "float32"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("verdict",), "passed"),
        (("lower",), -2.0),
        (("margin",), -0.01),
        (("n",), -1),
    ],
)
def test_an_impossible_difference_is_refused(place: tuple[str], value: Any) -> None:
    changed = with_report()
    changed["gate_report"]["differences"][0][place[0]] = value
    whole = (json.dumps(fields(**changed), sort_keys=True, indent=1) + "\n").encode()
    with pytest.raises(BundleError, match=f"differences.0.{place[0]}"):
        parse_manifest(whole)


@pytest.mark.parametrize("lacking", ["report.html", "report.json"])
def test_a_report_is_there_whole(lacking: str) -> None:
    changed = with_report()
    del changed["files"][lacking]
    with pytest.raises(ValueError, match=f"disagree on '{lacking}'"):
        manifest(**changed)


def scores(score: float) -> GoldenScores:
    return GoldenScores(defect_score=score, class_scores={}, region_scores=(score,))


def test_onnx_files_have_golden_scores_of_their_own() -> None:
    given = GoldenFrame(file="f", source="s", expected={"int8": scores(0.1)})
    assert given.scores("int8", "tflite") == given.scores("int8", "onnx") == scores(0.1)
    newer = given.model_copy(update={"expected_onnx": {"int8": scores(0.2)}})
    assert newer.scores("int8", "tflite") == scores(0.1)
    assert newer.scores("int8", "onnx") == scores(0.2)
    assert newer.scores("float32", "onnx") is None
