"""What stops ``millsight export``, and that nothing is left of it then."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from edge.errors import (
    ConfigError,
    DataError,
    ExportGateError,
    MissingPathError,
    TrainingError,
    UnwritableError,
)
from export import manifest as manifest_module
from export import shrink as shrink_module
from export.cli import export
from tests.export.toy import arguments, call


def test_a_spoiled_int8_network_is_refused_and_nothing_is_written(
    runs: dict[str, Path], strips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def even_grey(*args: Any, **more: Any) -> np.ndarray:
        return np.full((8, 32, 32), 128, np.uint8)

    # Calibrated on strip without defects, int8 has no room for what defects cause.
    monkeypatch.setattr(shrink_module, "representative_inputs", even_grey)
    out = tmp_path / "spoiled.millsight"
    with pytest.raises(ExportGateError, match=r"int8 is worse.*recall of \w+ .*% against") as said:
        call(arguments(runs, strips, out, min_items=5))
    assert said.value.exit_code == 12
    assert list(tmp_path.iterdir()) == []


def test_a_float_network_that_differs_from_keras_is_refused(
    runs: dict[str, Path], strips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shrink_module, "convert", _untrained)
    with pytest.raises(ExportGateError, match="differs from Keras"):
        call(arguments(runs, strips, tmp_path / "broken.millsight"))
    assert list(tmp_path.iterdir()) == []


def _untrained(model: Any) -> bytes:
    from export.tflite import convert
    from train.backend import load_keras

    other = load_keras().models.clone_model(model)
    return convert(other)


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
        (lambda c: c["data"].update(digest="0" * 64), DataError, "is not the data that"),
        (lambda c: c["data"]["splits"].update(val=3), DataError, "val has 80 items .* had 3"),
        (lambda c: c["figures"]["holdout"].update(accuracy=0.8), ExportGateError, "had 80.0%"),
        (lambda c: c.update(format=2), TrainingError, "card.json is wrong at format"),
        (lambda c: c.pop("outputs"), TrainingError, "card.json is wrong at outputs"),
        (lambda c: c["geometry"].update(input=[16, 32]), TrainingError, "does not fit the card"),
    ],
    ids=["data", "splits", "figures", "format", "field", "geometry"],
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
    [("out", "bundle.zip"), ("name", "../up"), ("name", ""), ("margin", 101), ("golden", 0)],
)
def test_wrong_usage_is_click_s(
    option: str, value: object, runs: dict[str, Path], strips: Path, tmp_path: Path
) -> None:
    words = [*arguments(runs, strips, tmp_path / "x.millsight"), f"--{option}", str(value)]
    assert CliRunner().invoke(export, words).exit_code == 2


def test_a_folder_that_is_missing_is_said_at_once(runs: dict[str, Path], strips: Path) -> None:
    with pytest.raises(UnwritableError, match="there is no folder nowhere"):
        call(arguments(runs, strips, Path("nowhere/x.millsight")))


@pytest.mark.parametrize("epoch", ["yesterday", "-1e9", "99999999999999999999"])
def test_a_senseless_source_date_epoch_is_refused(
    epoch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    with pytest.raises(ConfigError, match="SOURCE_DATE_EPOCH"):
        manifest_module.created()


def test_ctrl_c_leaves_nothing(runs: dict[str, Path], strips: Path, tmp_path: Path) -> None:
    out = tmp_path / "stopped.millsight"
    code = "from edge.cli import main; main()"
    words = [sys.executable, "-c", code, "export", *arguments(runs, strips, out)]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "converting" in line:
                break
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
    assert process.returncode == 130
    assert "stopped by Ctrl-C" in rest
    assert "Traceback" not in rest
    assert list(tmp_path.iterdir()) == []
