"""``millsight export`` from finished runs to a bundle."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

from edge.bundle import load_bundle, read_bundle
from edge.bundle.verify import run_golden_frames
from edge.cascade import Cascade
from tests.export.toy import arguments, call
from tests.train.tiny import CLASSES


@pytest.fixture(scope="module")
def exported(
    runs: dict[str, Path], strips: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Result]:
    out = tmp_path_factory.mktemp("out") / "patches.millsight"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1700000000")
        return out, call(arguments(runs, strips, out))


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
        "models/classifier-float32.tflite",
        "models/classifier-int8.tflite",
        "models/gate-float32.tflite",
        "models/gate-int8.tflite",
    ]
    for stage in ("gate", "classifier", "decision"):
        for precision in ("float32", "int8"):
            figures = manifest.metrics[stage][precision]
            assert figures.accuracy > 0.95
            assert figures.accuracy_interval[0] <= figures.accuracy <= figures.accuracy_interval[1]
            assert figures.n == 80
    assert set(manifest.metrics["classifier"]["int8"].recall_per_class) == {"none", *CLASSES}
    assert manifest.thresholds.gate.value <= manifest.thresholds.decision.value
    assert manifest.thresholds.gate.split == manifest.thresholds.decision.split == "val"
    assert manifest.gate_report.split == "holdout"


def test_the_bundle_inspects_as_its_figures_say(
    exported: tuple[Path, Result], strips: Path
) -> None:
    from train.data import open_data

    cascade = Cascade.from_bundle(load_bundle(exported[0]))
    frames = open_data(strips).of("holdout")
    right = [
        (cascade.judge(frame.read()).decision.max() >= cascade.decision_threshold)
        == bool(frame.instances)
        for frame in frames
    ]
    assert np.mean(right) > 0.95


def test_the_golden_frames_agree(exported: tuple[Path, Result]) -> None:
    results = list(run_golden_frames(load_bundle(exported[0])))
    assert len(results) == 4
    assert all(result.agrees and result.difference < 1e-5 for result in results)


def test_the_comparison_and_the_digest_are_shown_on_stderr(exported: tuple[Path, Result]) -> None:
    out, result = exported
    assert result.stdout == ""
    assert "int8 against float on the holdout" in result.stderr
    assert "recall of bright" in result.stderr
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
    call(arguments(runs, strips, again))
    assert again.read_bytes() == exported[0].read_bytes()


def test_a_sample_of_flips_in_a_real_bundle_is_refused(exported: tuple[Path, Result]) -> None:
    from edge.errors import BundleError

    whole = exported[0].read_bytes()
    rng = np.random.default_rng(0)
    ends = [*range(100), *range(len(whole) - 800, len(whole))]
    for place in [*ends, *rng.integers(0, len(whole), 200).tolist()]:
        damaged = bytearray(whole)
        damaged[place] ^= 1 << int(rng.integers(8))
        with pytest.raises(BundleError):
            read_bundle(bytes(damaged))


@pytest.mark.parametrize("classifier", [None, "multilabel"])
def test_a_gate_alone_and_a_multilabel_classifier_are_packed(
    classifier: str | None, runs: dict[str, Path], strips: Path, tmp_path: Path
) -> None:
    out = tmp_path / "other.millsight"
    call(arguments(runs, strips, out, classifier=classifier and runs[classifier]))
    bundle = load_bundle(out)
    stage = bundle.manifest.stages.classifier
    assert (stage and stage.activation) == (classifier and "sigmoid")
    assert all(result.agrees for result in run_golden_frames(bundle))
