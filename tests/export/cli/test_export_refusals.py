"""What stops ``millsight export``, and that nothing is left of it then."""

from __future__ import annotations

import json
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from edge.bundle import load_bundle
from edge.cli import main
from edge.core.errors import (
    ConfigError,
    DataError,
    ExportGateError,
    MissingPathError,
    TrainingError,
    UnwritableError,
)
from export import pipeline
from export.cli.export import export
from export.convert import cascade_forms as convert_module
from export.convert import forms, tflite
from export.convert.forms import REQUIRED
from export.holdout import cascade
from tests.export.toy import arguments, call, read_counted
from train.backend import load_keras


def test_a_spoiled_int8_network_is_refused_and_nothing_is_written(
    runs: dict[str, Path], strips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def even_grey(*args: Any, **more: Any) -> np.ndarray:
        return np.full((8, 32, 32), 128, np.uint8)

    # Calibrated on strip without defects, int8 has no room for what defects cause.
    monkeypatch.setattr(convert_module, "representative_inputs", even_grey)
    seen = read_counted(monkeypatch)
    out = tmp_path / "spoiled.millsight"
    says = (
        r"^tflite int8 is worse than float on val: \w+, recall of \w+ \d+\.\d\d % against "
        r"\d+\.\d\d %.*margin 5\).*; in the (gate|classifier) the noisiest layer is logits, which "
        r"adds \d+% of the noise"
    )
    with pytest.raises(ExportGateError, match=says) as said:
        call(arguments(runs, strips, out))
    assert said.value.exit_code == 12
    assert list(tmp_path.iterdir()) == []
    assert seen["holdout"] == []


def test_what_only_the_holdout_shows_to_be_worse_is_refused_too(
    runs: dict[str, Path], strips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = cascade.run_rungs

    def blind(*args: Any) -> Any:
        found = real(*args)
        gate = np.full_like(found.logits[REQUIRED]["gate"], [9.0, -9.0])
        int8 = {**found.logits[REQUIRED], "gate": gate}
        return replace(found, logits={**found.logits, REQUIRED: int8})

    monkeypatch.setattr(cascade, "run_rungs", blind)
    says = "tflite int8 is worse than float on the holdout: gate, recall of defect 0.00 % against"
    with pytest.raises(ExportGateError, match=says):
        call(arguments(runs, strips, tmp_path / "spoiled.millsight", classifier=None))
    assert list(tmp_path.iterdir()) == []


def test_a_spoiled_rung_that_is_not_required_is_left_out_with_its_reason(
    runs: dict[str, Path], strips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = forms.onnx.quantize

    def spoiled(model: Any, inputs: np.ndarray, *more: Any, **named: Any) -> bytes:
        return real(model, np.full_like(inputs[:8], 128), *more, **named)

    monkeypatch.setattr(forms.onnx, "quantize", spoiled)
    out = tmp_path / "x.millsight"
    said = call(arguments(runs, strips, out)).stderr
    bundle = load_bundle(out)
    assert {(m.format, m.precision) for m in bundle.manifest.stages.gate.models} == {
        ("tflite", "float32"),
        ("tflite", "int8"),
        ("onnx", "float32"),
    }
    report = json.loads(bundle.files["report.json"])
    (rung,) = (r for r in report["rungs"] if (r["format"], r["precision"]) == ("onnx", "int8"))
    assert not rung["packed"]
    assert rung["refused"].startswith("worse than float on val: ")
    assert rung["differences"].keys() == {"val"}
    assert "refused: worse than float on val" in " ".join(said.split())


def test_a_float_network_that_differs_from_keras_is_refused(
    runs: dict[str, Path], strips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms.tflite, "convert", _untrained)
    with pytest.raises(ExportGateError, match="differs from Keras"):
        call(arguments(runs, strips, tmp_path / "broken.millsight"))
    assert list(tmp_path.iterdir()) == []


def _untrained(model: Any, shape: Any, *, convert: Any = tflite.convert) -> bytes:
    return convert(load_keras().models.clone_model(model), shape)


def _edit_card(
    runs: dict[str, Path], tmp_path: Path, change: Callable[[dict[str, Any]], Any]
) -> Path:
    folder = tmp_path / "edited"
    folder.mkdir()
    (folder / "model.keras").write_bytes((runs["binary"] / "model.keras").read_bytes())
    card = json.loads((runs["binary"] / "card.json").read_text())
    change(card)
    (folder / "card.json").write_text(json.dumps(card))
    return folder


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (lambda c: c["data"].update(digest="0" * 64), DataError, "images or labels have changed"),
        (
            lambda c: c["data"].update(split_digest="0" * 64),
            DataError,
            "its images, groups or splits differ",
        ),
        (lambda c: c["data"]["splits"].update(val=3), DataError, "val has 96 items and had 3"),
        (lambda c: c.update(classes=["bright", "dark"]), DataError, "its classes differ"),
        (lambda c: c["figures"]["holdout"].update(accuracy=0.8), ExportGateError, "had 80.0%"),
        (lambda c: c.update(format=2), TrainingError, "card.json is invalid at format"),
        (lambda c: c.pop("outputs"), TrainingError, "card.json is invalid at outputs"),
        (lambda c: c["geometry"].update(input=[16, 32]), TrainingError, "does not match the card"),
    ],
    ids=["data", "splits", "items", "classes", "figures", "format", "field", "geometry"],
)
def test_a_run_that_is_not_what_its_card_says_is_refused(
    change: Callable[[dict[str, Any]], Any],
    error: type[Exception],
    says: str,
    runs: dict[str, Path],
    strips: Path,
    tmp_path: Path,
) -> None:
    gate = _edit_card(runs, tmp_path, change)
    with pytest.raises(error, match=says):
        call(arguments(runs | {"binary": gate}, strips, tmp_path / "x.millsight", classifier=None))
    assert not (tmp_path / "x.millsight").exists()


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"gate": "nowhere"}, MissingPathError, "there is no training run nowhere"),
        ({"gate": "multiclass"}, ConfigError, "was trained for multiclass"),
        ({"classifier": "binary"}, ConfigError, "was trained for binary"),
        ({"data": "nowhere"}, MissingPathError, "there is no data folder nowhere"),
    ],
)
def test_wrong_options_are_refused_at_once(
    options: dict[str, str],
    error: type[Exception],
    says: str,
    runs: dict[str, Path],
    strips: Path,
    tmp_path: Path,
) -> None:
    given = {name: runs.get(value, value) for name, value in options.items()}
    with pytest.raises(error, match=says):
        call(arguments(runs, strips, tmp_path / "x.millsight", **given))


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("out", "bundle.zip"),
        ("name", "../up"),
        ("name", ""),
        ("description", " "),
        ("description", "x" * 2001),
        ("description", "two\nlines"),
        ("margin", 101),
        ("margin", "nan"),
        ("recall-margin", "nan"),
        ("alpha", "nan"),
        ("alpha", "inf"),
        ("delta", 0),
        ("golden", 0),
    ],
)
def test_wrong_usage_is_click_s(
    option: str, value: object, runs: dict[str, Path], strips: Path, tmp_path: Path
) -> None:
    words = [*arguments(runs, strips, tmp_path / "x.millsight"), f"--{option}", str(value)]
    assert CliRunner().invoke(export, words).exit_code == 2


@pytest.fixture
def without_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails the test where TensorFlow would be loaded, the first thing that takes time."""
    monkeypatch.setattr(pipeline, "load_keras", lambda: pytest.fail("work has begun"))


@pytest.mark.usefixtures("without_work")
def test_where_nothing_can_be_written_is_said_at_once(
    runs: dict[str, Path], strips: Path, tmp_path: Path
) -> None:
    with pytest.raises(UnwritableError, match="there is no folder nowhere"):
        call(arguments(runs, strips, Path("nowhere/x.millsight")))
    file = tmp_path / "file"
    file.write_bytes(b"")
    with pytest.raises(UnwritableError):
        call(arguments(runs, strips, file / "x.millsight"))


@pytest.mark.usefixtures("without_work")
@pytest.mark.parametrize("split", ["train", "val", "holdout"])
def test_a_split_that_the_data_lacks_is_said_at_once(
    split: str, runs: dict[str, Path], strips: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(strips, data)
    (data / f"instances_{split}.json").unlink()
    with pytest.raises(DataError, match=f"has no {split} images"):
        call(arguments(runs, data, tmp_path / "x.millsight"))


@pytest.mark.usefixtures("without_work")
@pytest.mark.parametrize("epoch", ["yesterday", "-1e9", "99999999999999999999"])
def test_a_senseless_source_date_epoch_is_said_at_once(
    epoch: str,
    runs: dict[str, Path],
    strips: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    with pytest.raises(ConfigError, match="SOURCE_DATE_EPOCH"):
        call(arguments(runs, strips, tmp_path / "x.millsight"))


@pytest.mark.usefixtures("without_work")
def test_runs_on_other_splits_make_no_cascade(
    runs: dict[str, Path], strips: Path, tmp_path: Path
) -> None:
    gate = _edit_card(runs, tmp_path, lambda c: c["data"].update(split_digest="0" * 64))
    with pytest.raises(ConfigError, match="trained on different splits of the data"):
        call(arguments(runs | {"binary": gate}, strips, tmp_path / "x.millsight"))


def test_one_item_of_a_small_holdout_may_fall_otherwise(
    runs: dict[str, Path], strips: Path, tmp_path: Path
) -> None:
    def one_item_less(card: dict[str, Any]) -> None:
        figures = card["figures"]["holdout"]
        figures["accuracy"] -= 1 / figures["n"]

    out = tmp_path / "x.millsight"
    gate = _edit_card(runs, tmp_path, one_item_less)
    call(arguments(runs | {"binary": gate}, strips, out, classifier=None))
    assert out.exists()


def test_ctrl_c_leaves_nothing(
    runs: dict[str, Path],
    strips: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "stopped.millsight"
    monkeypatch.setattr(forms.tflite, "convert", lambda *_: signal.raise_signal(signal.SIGINT))
    monkeypatch.setattr(sys, "argv", ["millsight", "export", *arguments(runs, strips, out)])
    with pytest.raises(SystemExit) as stopped:
        main()
    said = capsys.readouterr()
    assert stopped.value.code == 130
    assert "stopped by Ctrl-C" in said.err
    assert "Traceback" not in said.err
    assert said.out == ""
    assert list(tmp_path.iterdir()) == []
