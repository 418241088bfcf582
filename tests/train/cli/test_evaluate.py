"""`millsight evaluate`: the documented figures, from the code that runs beside the line."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge.cli import main
from edge.core.images import write_image
from train.cli import evaluate
from train.data import open_data


def millsight(*words: object) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of the whole command, run in this process."""
    out, err = io.StringIO(), io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as stop,
    ):
        patch.setattr(sys, "argv", ["millsight", *map(str, words)])
        main()
    return int(stop.value.code or 0), out.getvalue(), err.getvalue()


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "drawn"
    for words in (("simulate", folder, "--frames", 40, "--seed", 99), ("split", folder)):
        code, _, err = millsight("data", *words)
        assert code == 0, err
    return folder


def judged(*words: object) -> dict[str, Any]:
    code, out, err = millsight("evaluate", "simulated", *words, "--format", "json")
    assert code == 0, err
    return json.loads(out)


@pytest.fixture(scope="module")
def figures(drawn: Path) -> dict[str, Any]:
    return judged("--data", drawn, "--split", "train")


def test_the_figures_have_the_documented_keys(figures: dict[str, Any]) -> None:
    assert set(figures) == {
        "judged",
        "binary",
        "gate",
        "multiclass",
        "cascade",
        "instances",
        "baseline",
    }
    assert {"accuracy", "auroc", "recall", "precision", "threshold", "n"} <= set(figures["binary"])
    assert {"threshold", "recall", "pass_rate_clean", "alpha", "delta", "n", "unit", "method"} <= (
        set(figures["gate"])
    )
    assert {"accuracy", "macro_f1", "per_class"} <= set(figures["multiclass"])
    assert {"accuracy", "recall"} <= set(figures["cascade"])
    assert figures["baseline"] is None
    assert figures["instances"]["n_frames"] == figures["binary"]["n"]
    assert figures["judged"]["split"] == "train"
    assert {"ece", "ece_uncalibrated", "bins"} <= set(figures["binary"]["calibration"])
    assert figures["multiclass"]["confusion"]["labels"] == ["none", "1", "2", "3", "4"]


def test_it_counts_the_frames_of_the_split(figures: dict[str, Any], drawn: Path) -> None:
    assert figures["binary"]["n"] == len(open_data(drawn).of("train"))


def test_it_agrees_with_what_inspect_says(drawn: Path, figures: dict[str, Any]) -> None:
    _, out, _ = millsight("inspect", drawn / "train_images", "--format", "jsonl")
    said = {row["source"]: row["defective"] for row in map(json.loads, out.splitlines())}
    samples = open_data(drawn).of("train")
    right = [said[str(s.path)] == bool(s.instances) for s in samples]
    assert figures["cascade"]["accuracy"] == pytest.approx(np.mean(right))


def test_the_page_shows_figures_with_their_intervals(drawn: Path, figures: dict[str, Any]) -> None:
    words = ("evaluate", "simulated", "--data", drawn, "--split", "train")
    code, out, err = millsight(*words)
    assert code == 0, err
    low, high = figures["binary"]["accuracy_interval"]
    shown = (f"{figures['binary']['accuracy']:.4f}", f"{low:.4f}–{high:.4f}", "pass rate clean")
    assert [words for words in shown if words not in out] == []


def test_cr7_is_judged_by_tiles_and_classes_that_the_bundle_lacks_are_null(
    real_data: Path,
) -> None:
    figures = judged("--data", real_data / "cr7", "--tile", "200x128", "--split", "holdout")
    stated = (real_data / "cr7" / "tiles_holdout.csv").read_text().splitlines()[1:]
    assert figures["binary"]["n"] == len(stated) > 0
    assert figures["multiclass"] is None


def test_a_bundle_is_no_better_than_itself(drawn: Path) -> None:
    words = ("--data", drawn, "--split", "train", "--baseline", "simulated")
    figures = judged(*words)["baseline"]
    assert (figures["name"], figures["binary"]["p_value"]) == ("simulated", 1.0)
    for task in ("binary", "multiclass"):
        assert figures[task]["only_this"] == figures[task]["only_baseline"] == 0
        assert figures[task]["difference"] == 0.0
    code, out, err = millsight("evaluate", "simulated", *words)
    assert code == 0, err
    assert "McNemar" in out


def test_a_report_is_written_once_and_replaced_on_demand(drawn: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    words = ("evaluate", "simulated", "--data", drawn, "--split", "train", "--report", page)
    code, out, err = millsight(*words, "--format", "json")
    assert code == 0, err
    assert json.loads(out)["binary"]["n"] > 0
    assert str(page) in err
    assert "Evaluation of simulated (shipped) on drawn, train" in page.read_text()
    page.write_text("mine")
    code, out, err = millsight(*words)
    assert (code, out, page.read_text()) == (5, "", "mine")
    assert "--force" in err
    code, _, err = millsight(*words, "--force")
    assert code == 0, err
    assert page.read_text() != "mine"
    assert list(tmp_path.iterdir()) == [page]


def test_a_report_that_cannot_be_written_is_refused_before_anything_is_judged(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluate, "score_each", lambda *_, **__: pytest.fail("judged"))
    page = tmp_path / "nowhere" / "report.html"
    words = ("--data", drawn, "--split", "train", "--report", page)
    code, out, err = millsight("evaluate", "simulated", *words)
    assert (code, out) == (5, ""), err
    assert str(page) in err


def test_ctrl_c_leaves_no_report(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(evaluate, "write_report", stop)
    words = ("--data", drawn, "--split", "train", "--report", tmp_path / "report.html")
    code, _, _ = millsight("evaluate", "simulated", *words)
    assert (code, list(tmp_path.iterdir())) == (130, [])


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("--data", "/nowhere"), 4, "/nowhere"),
        (("--data", "DRAWN", "--splits", "/nowhere.csv"), 4, "no split file /nowhere.csv"),
        (("--data", "DRAWN", "--split", "none"), 8, "no split 'none'"),
        (("--data", "DRAWN", "--tile", "wide"), 2, "WIDTHxHEIGHT"),
        (("--data", "DRAWN", "--tile", "9999x256"), 6, "smaller than a region"),
        (("--data", "DRAWN", "--tile", "100x100"), 8, "cannot be inspected"),
        (("--data", "DRAWN", "--baseline", "/nowhere.millsight"), 4, "/nowhere.millsight"),
    ],
)
def test_faults_are_named(drawn: Path, words: tuple[str, ...], code: int, says: str) -> None:
    given = (str(drawn) if word == "DRAWN" else word for word in words)
    exit_code, out, err = millsight("evaluate", "simulated", *given)
    assert (exit_code, out) == (code, ""), err
    assert says in err
    assert "Traceback" not in err


def test_it_says_what_the_split_was_to_the_bundle(
    drawn: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = millsight("evaluate", "simulated", "--data", drawn, "--split", "val")
    assert code == 0
    assert "weights and thresholds were chosen" not in out
    assert judged("--data", drawn, "--split", "val")["judged"]["bundle_was"] == "not known"
    monkeypatch.setattr(evaluate, "acquaintance", lambda *_: "chosen on")
    code, out, _ = millsight("evaluate", "simulated", "--data", drawn, "--split", "val")
    assert "weights and thresholds were chosen on val" in out


def test_class_folders_are_judged_by_other_tools_split_names(tmp_path: Path) -> None:
    for place, name in enumerate(("valid/pit", "test/pit", "test/ok")):
        (tmp_path / name).mkdir(parents=True)
        for number in range(2):
            pixels = np.random.default_rng(10 * place + number).normal(110, 9, (128, 400))
            write_image(tmp_path / name / f"{number}.png", pixels.clip(0, 255).astype(np.uint8))
    words = ("evaluate", "cold-strip", "--data", tmp_path, "--split", "test", "--format", "json")
    code, out, err = millsight(*words)
    assert code == 0, err
    figures = json.loads(out)
    assert figures["judged"]["split"] == "holdout"
    assert figures["binary"]["n"] == 4
    assert figures["instances"] is None
