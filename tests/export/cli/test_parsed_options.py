"""What typed options ask an export for."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from export.cli.export import export
from export.cli.parsed_options import ExportOptions
from export.convert.forms import DEFAULT, NAMED
from export.settings import Remedies, Risk

GIVEN = ["--gate", "g", "--data", "d", "--name", "toy", "--description", "For tests."]


def options(folder: Path, *words: str) -> ExportOptions:
    out = str(folder / "x.millsight")
    context = export.make_context("export", [*GIVEN, "--out", out, *words])
    return ExportOptions(**context.params)


def test_every_option_has_its_field() -> None:
    assert {field.name for field in fields(ExportOptions)} == {p.name for p in export.params}


def test_percentages_become_fractions(tmp_path: Path) -> None:
    words = ("--margin", "2", "--recall-margin", "10", "--auroc-margin", "1", "--ap-margin", "3")
    margins = options(tmp_path, *words).settings().margins
    found = (margins.accuracy, margins.recall, margins.auroc, margins.ap50)
    assert found == pytest.approx((0.02, 0.1, 0.01, 0.03))


def test_nothing_typed_asks_for_the_defaults(tmp_path: Path) -> None:
    settings = options(tmp_path).settings()
    assert settings.rungs == DEFAULT
    assert not settings.remedies
    assert settings.risk == Risk(0.05, 0.1, 0.05, False)
    assert not settings.dry


def test_what_is_typed_is_asked_for(tmp_path: Path) -> None:
    words = ("--rungs", "tflite-float16", "--calibrate", "percentile", "--mixed", "--qat", "2")
    settings = options(tmp_path, *words, "--bind-classes", "--alpha", "0.2").settings()
    assert set(settings.rungs) == {*DEFAULT, NAMED["tflite-float16"]}
    assert settings.remedies == Remedies("percentile", mixed=True, epochs=2)
    assert settings.risk == Risk(0.2, 0.1, 0.05, True)


@pytest.mark.parametrize(("epoch", "timed"), [(None, True), ("0", False)])
def test_bytes_that_are_to_be_repeated_leave_times_out(
    epoch: str | None, timed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    if epoch is not None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert options(tmp_path).settings().timed is timed


@pytest.mark.parametrize("word", [None, "--simulated", "--pack-pictures"])
def test_pictures_of_simulated_data_may_be_packed(word: str | None, tmp_path: Path) -> None:
    settings = options(tmp_path, *([word] if word else [])).settings()
    assert settings.label.simulated is (word == "--simulated")
    assert settings.pictures is (word is not None)
