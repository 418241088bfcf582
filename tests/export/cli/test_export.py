"""``millsight export`` from finished runs to a bundle."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result

from edge.bundle import Bundle, load_bundle, read_bundle
from edge.bundle.container import MANIFEST, write_container
from edge.bundle.keys import make_keys
from edge.core.errors import BundleError
from edge.install.verify import run_golden_frames
from edge.vision.cascade import Cascade
from tests.export.conftest import CLEAN
from tests.export.toy import OPENED, SPLITS, arguments, call, read_counted
from tests.train.tiny import CLASSES, REGION
from train.data import open_data
from train.data.tiles import judged_tiles
from train.evaluate.evaluation import evaluation
from train.evaluate.scoring import score

FRAMES = SPLITS["holdout"] + CLEAN

READ: dict[str, list[str]] = {}
"""Names of the images of each split, as often as the export decoded them."""


@pytest.fixture(scope="module")
def exported(
    runs: dict[str, Path], strips: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Result]:
    folder = tmp_path_factory.mktemp("out")
    out = folder / "patches.millsight"
    words = arguments(runs, strips, out, report=folder / "report")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1700000000")
        READ.update(read_counted(patch))
        return out, call(words)


def test_a_bundle_holds_both_stages_in_both_precisions(exported: tuple[Path, Result]) -> None:
    bundle = load_bundle(exported[0])
    manifest = bundle.manifest
    assert manifest.classes == CLASSES
    assert manifest.created == "2023-11-14T22:13:20Z"
    assert manifest.frame.accepts(64, 32)
    assert not manifest.frame.accepts(31, 32)
    assert manifest.data.terms == "free"
    assert sorted(manifest.files) == [
        "golden/frame-1.png",
        "golden/frame-2.png",
        "models/classifier-float32.onnx",
        "models/classifier-float32.tflite",
        "models/classifier-int8.onnx",
        "models/classifier-int8.tflite",
        "models/gate-float32.onnx",
        "models/gate-float32.tflite",
        "models/gate-int8.onnx",
        "models/gate-int8.tflite",
        "report.html",
        "report.json",
    ]
    for stage in ("gate", "classifier", "decision"):
        for precision in ("float32", "int8"):
            figures = manifest.metrics[stage][precision]
            assert figures.accuracy > 0.95
            assert figures.accuracy_interval[0] <= figures.accuracy <= figures.accuracy_interval[1]
            assert figures.accuracy_interval[0] < 1.0
            assert (figures.n, figures.unit) == (2 * FRAMES, "tile")
    assert set(manifest.metrics["classifier"]["int8"].recall_per_class) == {"none", *CLASSES}
    assert manifest.thresholds.gate.value <= manifest.thresholds.decision.value
    assert manifest.thresholds.gate.split == manifest.thresholds.decision.split == "val"
    assert manifest.gate_report.split == "holdout"


@pytest.mark.parametrize("engine", ["litert", "onnx"])
def test_every_engine_runs_every_stage_and_agrees(
    exported: tuple[Path, Result], engine: str
) -> None:
    bundle = load_bundle(exported[0])
    results = list(run_golden_frames(bundle, engine=engine))
    assert {result.precision for result in results} == {"float32", "int8"}
    assert all(result.agrees for result in results)


@pytest.mark.skipif(find_spec("openvino") is None, reason="OpenVINO is not installed")
def test_openvino_agrees_too(exported: tuple[Path, Result]) -> None:
    # In a process of its own: TensorFlow that trains after OpenVINO was loaded crashes.
    verify = ["bundle", "verify", str(exported[0]), "--engine", "openvino", "--allow-unsigned"]
    main = "from edge.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", main, *verify], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "All 4 golden scores agree" in done.stderr


def test_each_opening_of_the_holdout_is_logged(exported: tuple[Path, Result]) -> None:
    openings = load_bundle(exported[0]).manifest.holdout_openings
    assert [(o.by, o.when) for o in openings] == [
        ("millsight train binary", OPENED),
        ("millsight train multiclass", OPENED),
        ("millsight export patches", "2023-11-14T22:13:20Z"),
    ]


def test_each_stage_is_calibrated_in_both_precisions(exported: tuple[Path, Result]) -> None:
    bundle = load_bundle(exported[0])
    manifest = bundle.manifest
    cascades = [Cascade.from_bundle(bundle, precision=p) for p in ("float32", "int8")]
    for name in ("gate", "classifier"):
        temperature = getattr(manifest.stages, name).temperature
        assert temperature != 1.0
        assert [getattr(c.networks, name).temperature for c in cascades] == [temperature] * 2
        calibration = manifest.calibration[name]
        assert calibration.unit == "tile"
        assert calibration.holdout.n == manifest.metrics[name]["int8"].n


def test_the_gate_promises_for_tiles_and_for_frames(
    exported: tuple[Path, Result], strips: Path
) -> None:
    bundle = load_bundle(exported[0])
    promises = bundle.manifest.promises
    assert {unit: p.deployed for unit, p in promises.items()} == {"tile": True, "frame": False}
    assert bundle.manifest.thresholds.gate.value <= promises["tile"].value
    for unit, tile in (("tile", REGION), ("frame", None)):
        figures, made = judged(bundle, strips, tile)["gate"], promises[unit]
        assert made.clean_passed_on.rate == figures["pass_rate_clean"]
        assert made.defect.holdout.rate == pytest.approx(1 - figures["group_recall"])
        assert made.defect.holdout_items.rate == pytest.approx(1 - figures["recall"])
        for name, promise in made.per_class.items():
            assert promise.holdout.n == figures["per_class"][name]["n_groups"]


def judged(bundle: Bundle, strips: Path, tile: tuple[int, int] | None) -> dict[str, Any]:
    """What ``millsight evaluate`` says of the bundle on the holdout."""
    data = open_data(strips)
    items = judged_tiles(data, "holdout", tile)
    scored = score(Cascade.from_bundle(bundle), items, data.classes, inspect=True)
    return evaluation(scored, bundle.manifest.thresholds)


def assert_decision(figures: dict[str, Any], bundle: Bundle) -> None:
    decision = bundle.manifest.metrics["decision"]["int8"]
    assert decision.n == figures["binary"]["n"]
    assert decision.accuracy == figures["cascade"]["accuracy"]
    assert decision.accuracy_interval == figures["cascade"]["accuracy_interval"]
    assert decision.recall_per_class["defect"] == figures["cascade"]["recall"]
    assert decision.auroc == figures["binary"]["auroc"]
    assert decision.auroc_interval == figures["binary"]["auroc_interval"]


def test_the_bundle_evaluates_as_its_manifest_says(
    exported: tuple[Path, Result], strips: Path
) -> None:
    bundle = load_bundle(exported[0])
    figures = judged(bundle, strips, REGION)
    assert_decision(figures, bundle)
    assert bundle.manifest.metrics["gate"]["int8"].auroc == figures["gate"]["auroc"]
    classifier = bundle.manifest.metrics["classifier"]["int8"]
    assert classifier.accuracy == figures["multiclass"]["accuracy"]
    per_class = figures["multiclass"]["per_class"]
    assert classifier.recall_per_class == {name: per_class[name]["recall"] for name in per_class}


def test_by_default_the_decision_is_judged_on_frames(
    runs: dict[str, Path], strips: Path, tmp_path: Path
) -> None:
    out = tmp_path / "frames.millsight"
    call(arguments(runs, strips, out, unit=None, classifier=runs["multilabel"]))
    bundle = load_bundle(out)
    metrics = bundle.manifest.metrics
    assert bundle.manifest.stages.classifier.activation == "sigmoid"
    assert bundle.manifest.thresholds.decision.unit == metrics["decision"]["int8"].unit == "frame"
    assert metrics["decision"]["int8"].n == bundle.manifest.thresholds.decision.n == FRAMES
    assert (metrics["gate"]["int8"].unit, metrics["gate"]["int8"].n) == ("tile", 2 * FRAMES)
    assert_decision(judged(bundle, strips, None), bundle)
    multiclass = judged(bundle, strips, REGION)["multiclass"]
    assert metrics["classifier"]["int8"].accuracy == multiclass["accuracy"]
    units = {d.stage: d.unit for d in bundle.manifest.gate_report.differences}
    assert units == {"gate": "tile", "classifier": "tile", "decision": "frame"}


def test_a_gate_is_packed_alone(runs: dict[str, Path], strips: Path, tmp_path: Path) -> None:
    out = tmp_path / "gate.millsight"
    call(arguments(runs, strips, out, classifier=None))
    bundle = load_bundle(out)
    assert bundle.manifest.stages.classifier is None
    assert set(bundle.manifest.metrics) == {"gate", "decision"}


@pytest.mark.parametrize("precision", ["float32", "int8"])
@pytest.mark.parametrize("score_of", ["defect_score", "dark", "region 1"])
def test_a_golden_frame_that_scores_otherwise_is_found_out(
    exported: tuple[Path, Result], precision: str, score_of: str
) -> None:
    spoilt = spoil(load_bundle(exported[0]), precision, score_of)
    disagree = [(r.file, r.precision) for r in run_golden_frames(spoilt) if not r.agrees]
    assert disagree == [("golden/frame-1.png", precision)]


def spoil(bundle: Bundle, precision: str, score_of: str) -> Bundle:
    """The bundle packed anew with one expected score of its first golden frame 0.06 off."""
    fields = json.loads(bundle.manifest.to_json())
    expected = fields["golden"][0]["expected"][precision]
    holder, key = {
        "defect_score": (expected, "defect_score"),
        "dark": (expected["class_scores"], "dark"),
        "region 1": (expected["region_scores"], 1),
    }[score_of]
    holder[key] += 0.06 if holder[key] < 0.5 else -0.06
    manifest = type(bundle.manifest).model_validate_json(json.dumps(fields)).to_json()
    return read_bundle(write_container({**bundle.files, MANIFEST: manifest}))


def test_val_and_holdout_are_read_once(exported: tuple[Path, Result]) -> None:
    for split in ("val", "holdout"):
        assert len(READ[split]) == len(set(READ[split])) == SPLITS[split] + CLEAN


def test_the_comparison_the_ladder_and_the_digest_are_shown_on_stderr(
    exported: tuple[Path, Result],
) -> None:
    out, result = exported
    assert result.stdout == ""
    for words in (
        "int8 against float on val",
        "int8 against float on the holdout",
        "recall of bright",
        "the forms on holdout",
        "onnx float32",
    ):
        assert words in result.stderr
    assert load_bundle(out).digest in result.stderr


def test_the_same_inputs_give_the_same_bytes(
    exported: tuple[Path, Result],
    runs: dict[str, Path],
    strips: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    again = tmp_path / "again.millsight"
    key = make_keys(tmp_path / "mill")
    call(arguments(runs, strips, again, sign=key.private))
    signed, unsigned = load_bundle(again), load_bundle(exported[0])
    assert signed.manifest.to_json() == unsigned.manifest.to_json()
    assert signed.files == unsigned.files
    assert signed.signature is not None and signed.signature.key == key.key
    assert read_bundle(signed.to_bytes()).digest == signed.digest


def test_a_sample_of_flips_in_a_real_bundle_is_refused(exported: tuple[Path, Result]) -> None:
    whole = exported[0].read_bytes()
    rng = np.random.default_rng(0)
    ends = [*range(0, 100, 7), *range(len(whole) - 800, len(whole), 7)]
    for place in [*ends, *rng.integers(0, len(whole), 100).tolist()]:
        damaged = bytearray(whole)
        damaged[place] ^= 1 << int(rng.integers(8))
        with pytest.raises(BundleError):
            read_bundle(bytes(damaged))
