"""What is tried where int8 loses, and that it is taken only where val says that it helps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from export.convert.cascade_forms import convert_stage
from export.convert.forms import REQUIRED, Rung, convert_rung
from export.convert.quantization import Quantization
from export.mitigate import cascade
from export.mitigate.base import beats
from export.mitigate.cascade import apply_remedies
from export.score.split_scores import read_split
from export.settings import Remedies
from tests.export.toy import Silent
from train.data import open_data
from train.regions.finished import read_run

GREY = np.full((8, 32, 32), 128, np.uint8)


@pytest.fixture(scope="module")
def given(runs: dict[str, Path], strips: Path) -> tuple[Any, ...]:
    """The toy gate, spoiled in int8: calibrated on grey, it has no room for what defects cause."""
    run, data = read_run(runs["binary"]), open_data(strips)
    stage = convert_stage(run, data, Silent())
    forms = dict(stage.forms)
    for rung in (REQUIRED, Rung("onnx", "int8")):
        forms[rung] = convert_rung(rung, stage.mapped, GREY, Quantization())
    val = read_split(data, "val", [run.geometry], Silent())
    return replace(stage, forms=forms, inputs=GREY), data, val


def test_layers_in_float_save_what_bad_ranges_ruin(given: tuple[Any, ...]) -> None:
    stage, data, val = given
    best, results = apply_remedies("gate", stage, Remedies(mixed=True), data, val, Silent())
    assert results[0].before.accuracy < 0.8 < results[0].float32.accuracy
    assert any(one.taken for one in results)
    kept = [one for one in results if one.taken][-1]
    assert beats(kept.after, kept.before)
    assert kept.after.auroc == 1.0
    assert "logits" in best.quantization.kept
    for rung in (REQUIRED, Rung("onnx", "int8")):
        assert best.forms[rung] != stage.forms[rung]
    assert best.parity[REQUIRED] < 0.2
    assert best.forms[Rung("onnx", "float32")] == stage.forms[Rung("onnx", "float32")]


def test_what_is_no_better_is_not_taken(given: tuple[Any, ...]) -> None:
    stage, data, val = given
    asked = Remedies(calibration="percentile")
    same, results = apply_remedies("gate", stage, asked, data, val, Silent())
    assert same is stage
    assert [(one.remedy, one.taken) for one in results] == [("calibration", False)]


def test_fine_tuning_is_tried_after_each_epoch(
    given: tuple[Any, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    stage, data, val = given

    def tuned(*given: Any) -> Any:
        yield from ((epoch, stage.model) for epoch in (1, 2))

    monkeypatch.setattr(cascade, "fine_tune", tuned)
    _, results = apply_remedies("gate", stage, Remedies(epochs=2), data, val, Silent())
    assert [(one.how, one.taken) for one in results] == [("1 epoch", False), ("2 epochs", False)]
