"""The report: self-contained, complete, and without what a bundle should not carry."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from edge.bundle import load_bundle
from edge.core.errors import UnwritableError
from tests.export.toy import arguments, call
from tests.train.html.pages import self_contained


@pytest.fixture(scope="module")
def reported(
    runs: dict[str, Path], strips: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path]:
    """A bundle packed at a time of its own, and the folder of its report."""
    folder = tmp_path_factory.mktemp("reported")
    out, report = folder / "x.millsight", folder / "report"
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SOURCE_DATE_EPOCH", raising=False)
        call(arguments(runs, strips, out, report=report, rungs="tflite-float16"))
    return out, report


def test_the_page_needs_nothing_else(reported: tuple[Path, Path]) -> None:
    text = (reported[1] / "report.html").read_text()
    assert len(self_contained(text).pictures) >= 7
    assert len(text) < 3_000_000


@pytest.mark.parametrize(
    "words",
    [
        "tflite float32",
        "tflite float16",
        "onnx int8",
        "held / not judged / worse",
        "classifier: recall of bright",
        "only float right",
        "× float32 TFLite",
        "golden frames, end to end",
        "Quantization noise by layer",
        "float32: classes, by tile",
        "Calibration",
        "Items that float has right and int8 has wrong",
        "Holdout opened",
        " regions of train, calibrated by minmax",
    ],
)
def test_the_page_says_all(reported: tuple[Path, Path], words: str) -> None:
    assert words in (reported[1] / "report.html").read_text()


def test_the_figures_are_those_of_the_manifest(reported: tuple[Path, Path]) -> None:
    bundle = load_bundle(reported[0])
    figures = json.loads((reported[1] / "report.json").read_text())
    by_name = {f"{r['format']}-{r['precision']}": r for r in figures["rungs"]}
    assert set(by_name) == {
        "tflite-float32",
        "tflite-float16",
        "tflite-int8",
        "onnx-float32",
        "onnx-int8",
    }
    for name, rung in by_name.items():
        assert rung["packed"], rung["refused"]
        for stage in ("gate", "classifier"):
            file = f"models/{stage}-{name.split('-', 1)[1]}.{rung['format']}"
            entry = bundle.manifest.files[file]
            assert (rung["sha256"][stage], rung["bytes"][stage]) == (entry.sha256, entry.bytes)
            latency = rung["latency"][stage]
            assert 0 < latency["p50"] <= latency["p99"]
            assert latency["n"] >= 20
        if name.endswith("float32"):
            assert rung["end_to_end"] <= 1e-4
        assert rung["end_to_end"] < 0.05
    assert by_name["tflite-float32"]["latency"]["gate"]["ratio"] == 1.0
    int8 = by_name["tflite-int8"]
    said = bundle.manifest.model_dump(mode="json")
    assert int8["figures"]["holdout"]["gate"] == said["metrics"]["gate"]["int8"]
    assert int8["differences"]["holdout"] == said["gate_report"]["differences"]
    assert figures["holdout_openings"] == said["holdout_openings"]
    assert figures["thresholds"] == said["thresholds"]
    packed = {(r["format"], r["precision"]) for r in said["gate_report"]["rungs"]}
    assert packed == {
        ("tflite", "float16"),
        ("tflite", "int8"),
        ("onnx", "float32"),
        ("onnx", "int8"),
    }


def test_the_bundle_s_report_is_the_same_but_for_pictures_of_data(
    reported: tuple[Path, Path],
) -> None:
    bundle = load_bundle(reported[0])
    assert bundle.files["report.json"] == (reported[1] / "report.json").read_bytes()
    inside, beside = bundle.files["report.html"].decode(), (reported[1] / "report.html").read_text()
    assert "image/jpeg" not in inside
    assert "Pictures are not packed" in inside
    shown = len(re.findall("image/jpeg", beside))
    assert shown == len(re.findall("<figcaption>", beside)) <= 12


def test_a_report_is_not_replaced_unasked(
    reported: tuple[Path, Path], runs: dict[str, Path], strips: Path, tmp_path: Path
) -> None:
    with pytest.raises(UnwritableError, match=r"report\.html exists already"):
        call(arguments(runs, strips, tmp_path / "y.millsight", report=reported[1]))


def test_a_dry_run_leaves_the_holdout_closed_and_packs_nothing(
    runs: dict[str, Path], strips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.export.toy import read_counted

    seen = read_counted(monkeypatch)
    report = tmp_path / "report"
    words = arguments(
        runs, strips, tmp_path / "x.millsight", classifier=None, report=report, dry_run=True
    )
    said = call(words).stderr
    assert seen["holdout"] == []
    assert "Nothing was packed" in said
    assert "the forms on val" in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report"]
    figures = json.loads((report / "report.json").read_text())
    assert figures["split"] == "val"
    assert all(
        opening["by"].startswith("millsight train") for opening in figures["holdout_openings"]
    )
    assert "The holdout stayed closed" in (report / "report.html").read_text()
