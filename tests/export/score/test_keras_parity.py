"""From a picture's file to its score: every form against Keras, through the code of the line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge.bundle.manifest_parts import Thresholds
from edge.core.errors import ExportGateError
from export.convert.cascade_forms import StageForms, convert_stage
from export.convert.forms import (
    EXACT,
    REQUIRED,
    Rung,
)
from export.score import keras_parity as module
from export.score.keras_parity import FLOAT_WITHIN, end_to_end
from tests.edge.bundle.samples import manifest
from tests.export.toy import Silent, arguments, call
from train import keras_engine
from train.data import open_data
from train.regions.finished import read_run

ONNX = Rung("onnx", "float32")


@pytest.fixture(scope="module")
def stages(runs: dict[str, Path], strips: Path) -> dict[str, StageForms]:
    data = open_data(strips)
    tasks = {"gate": "binary", "classifier": "multiclass"}
    return {
        name: convert_stage(read_run(runs[task]), data, Silent()) for name, task in tasks.items()
    }


def differences(stages: dict[str, StageForms], rungs: list[Rung]) -> dict[Rung, float]:
    frames = [
        np.random.default_rng(seed).normal(128, 8, (32, 64)).clip(0, 255).astype(np.uint8)
        for seed in range(3)
    ]
    frames[0][8:20, 4:20] = 30
    thresholds: Thresholds = manifest().thresholds
    return end_to_end(stages, rungs, {"gate": 1.5, "classifier": 0.5}, thresholds, frames)


def test_float_is_what_was_trained_and_int8_is_near_it(stages: dict[str, StageForms]) -> None:
    found = differences(stages, [EXACT, ONNX, REQUIRED])
    assert found[EXACT] <= FLOAT_WITHIN
    assert found[ONNX] <= FLOAT_WITHIN
    assert FLOAT_WITHIN < found[REQUIRED] < 0.1


def test_a_second_preprocessing_would_show(
    stages: dict[str, StageForms], monkeypatch: pytest.MonkeyPatch
) -> None:
    half = lambda batch: batch[..., None] / np.float32(254)  # noqa: E731
    monkeypatch.setattr(keras_engine, "as_fractions", half)
    assert differences(stages, [EXACT])[EXACT] > 10 * FLOAT_WITHIN


def test_float_that_scores_otherwise_is_refused(
    runs: dict[str, Path], strips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def off(stages: Any, rungs: Any, *more: Any) -> dict[Rung, float]:
        return dict.fromkeys(rungs, 2e-4)

    monkeypatch.setattr(module, "end_to_end", off)
    with pytest.raises(
        ExportGateError, match=r"float32 TFLite .* differ from Keras by 2\.0e-04, limit 0\.0001"
    ):
        call(arguments(runs, strips, tmp_path / "x.millsight", classifier=None))
    assert list(tmp_path.iterdir()) == []
