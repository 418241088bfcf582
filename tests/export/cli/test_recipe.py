from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from edge.bundle import load_bundle
from edge.core.errors import (
    MissingPathError,
    TrainingError,
    UnwritableError,
)
from export.cli import recipe
from export.recipes.catalogue import Recipe
from tests.train.interrupted import ctrl_c_at_step

TRAIN = "--data {data} --network ann1 --region 32x32 --batch 8"
TINY = (
    ("teacher", f"train multiclass {TRAIN} --out {{runs}}/teacher --epochs 3 --no-holdout"),
    ("gate", f"train binary {TRAIN} --out {{runs}}/gate --epochs 5 --teacher {{runs}}/teacher"),
    ("classifier", f"train multiclass {TRAIN} --out {{runs}}/classifier --epochs 5"),
    (
        "export",
        "export --gate {runs}/gate --classifier {runs}/classifier --data {data} --out {out}"
        " --unit tile --margin 100 --recall-margin 100 --golden 1 --name tiny --description Tiny.",
    ),
)


def call(*words: object) -> Result:
    typed = [str(word) for word in words]
    result = CliRunner().invoke(recipe.recipe, typed, standalone_mode=False)
    if result.exception:
        raise result.exception
    return result


def be(monkeypatch: pytest.MonkeyPatch, name: str, commands: tuple[tuple[str, str], ...]) -> None:
    """Let a recipe be of other commands."""
    constant = name.upper().replace("-", "_")
    monkeypatch.setattr(recipe, constant, Recipe(name, "for tests", commands))


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    be(monkeypatch, "cold-strip", TINY)


@pytest.mark.usefixtures("tiny")
def test_one_command_makes_a_bundle_goes_on_after_ctrl_c_and_does_nothing_twice(
    strips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs, out = tmp_path / "my runs", tmp_path / "tiny.millsight"
    words = ["cold-strip", "--data", strips, "--runs", runs, "--out", out]
    # Fifteen of the teacher, five of the gate's first epoch.
    with ctrl_c_at_step(22, monkeypatch) as stop:
        call(*words)
    (told,) = stop.value.args
    assert "1 epochs kept" in told
    assert "step 2 of 4, gate: repeat the command to continue the recipe from here" in told

    planned = call(*words, "--dry-run")
    lines = planned.stdout.splitlines()
    assert [line.startswith("# teacher is done: ") for line in lines] == [True] + [False] * 3
    assert [line.endswith(" --resume") for line in lines] == [False, True, False, False]

    finished = call(*words)
    assert "step 1 of 4, teacher: already done" in finished.stderr
    for line in lines[1:]:
        assert f"\n{line}\n" in finished.stderr
    assert finished.stdout == ""
    bundle = load_bundle(out)
    assert bundle.manifest.name == "tiny"

    before = {path: path.stat().st_mtime_ns for path in [out, *runs.rglob("*")]}
    again = call(*words)
    assert again.stderr.count("already done") == 4
    assert {path: path.stat().st_mtime_ns for path in [out, *runs.rglob("*")]} == before
    with pytest.raises(TrainingError, match="another command"):
        call(*words, "--epochs", 1)


@pytest.mark.usefixtures("tiny")
def test_commands_are_printed_with_the_options_that_were_given(tmp_path: Path) -> None:
    words = ["--data", "my data", "--runs", tmp_path, "--splits", "s.csv", "--weights", "w.npz"]
    words += ["--epochs", 7, "--items-per-epoch", 9, "--limit", 5, "--force", "--dry-run"]
    teacher, gate, classifier, export = call("cold-strip", *words).stdout.splitlines()
    for training in (teacher, gate, classifier):
        assert "--epochs 7" in training
        assert training.count("--epochs") == 1
        assert "--items-per-epoch 9 --limit 5" in training
    assert [("--weights w.npz" in line) for line in (teacher, gate)] == [True, False]
    assert f"--out {tmp_path}/cold-strip.millsight" in export
    assert "--force" in export
    for line in (teacher, gate, classifier, export):
        assert "--data 'my data'" in line
        assert "--splits s.csv" in line
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("name", ["cold-strip", "severstal"])
def test_outlines_are_trained_with_the_options_that_were_given(name: str, tmp_path: Path) -> None:
    words = [name, "--data", "d", "--runs", tmp_path, "--splits", "s.csv", "--weights", "w.npz"]
    words += ["--epochs", 7, "--items-per-epoch", 9, "--limit", 5, "--dry-run"]
    *_, classifier, instances, export = call(*words).stdout.splitlines()
    assert instances.startswith("millsight train instances --data d ")
    for option in ("--epochs 7", "--items-per-epoch 9", "--limit 5", "--splits s.csv"):
        assert option in instances
        assert instances.count(option.split()[0]) == 1
    assert f"--weights {tmp_path}/classifier" in instances
    assert f"--out {tmp_path}/classifier" in classifier
    assert f"--instances {tmp_path}/instances" in export


def test_severstal_is_fetched_and_the_study_trained_where_asked_for(tmp_path: Path) -> None:
    words = ["severstal", "--data", tmp_path / "s", "--runs", tmp_path, "--dry-run"]
    plain = call(*words).stdout.splitlines()
    more = call(*words, "--kaggle", "--with-study").stdout.splitlines()
    assert more[0] == f"millsight data fetch {tmp_path / 's'}"
    assert more[1 : 1 + len(plain)] == plain
    assert len(more) == 1 + len(plain) + 14


def test_weights_for_teachers_are_refused_where_none_teach(tmp_path: Path) -> None:
    with pytest.raises(click.UsageError, match="has no teachers"):
        call("simulated", "--runs", tmp_path, "--weights", "w.npz", "--dry-run")


def test_cold_strip_s_data_is_found_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MILLSIGHT_DATA", str(tmp_path))
    words = ["cold-strip", "--runs", tmp_path / "runs", "--weights", "w.npz", "--dry-run"]
    shown = call(*words).stdout
    assert [line.count("--weights w.npz") for line in shown.splitlines()] == [1, 1, 0, 0, 0, 0]
    assert shown.count(f"--data {tmp_path / 'cr7'} ") == 6


def test_frames_are_drawn_and_dealt_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands = (("draw", "data simulate {data} --frames 4000"), ("split", "data split {data}"))
    be(monkeypatch, "simulated", commands)
    words = ["simulated", "--runs", tmp_path / "runs", "--frames", 6]
    call(*words)
    frames = tmp_path / "runs" / "data"
    assert len([*(frames / "train_images").iterdir()]) == 6
    assert (frames / "splits.csv").exists()
    assert call(*words).stderr.count("already done") == 2
    with pytest.raises(UnwritableError, match="other frames"):
        call(*words[:-1], 7)


@pytest.mark.usefixtures("tiny")
def test_what_can_be_refused_is_refused_before_anything_runs(tmp_path: Path, strips: Path) -> None:
    words = ["cold-strip", "--data", strips, "--runs", tmp_path / "runs"]
    out = tmp_path / "x.millsight"
    out.touch()
    with pytest.raises(UnwritableError, match="--force"):
        call(*words, "--out", out)
    with pytest.raises(click.BadParameter, match=r"does not end in \.millsight"):
        call(*words, "--out", tmp_path / "x.zip")
    assert not (tmp_path / "runs").exists()
    with pytest.raises(UnwritableError, match="no folder"):
        call(*words, "--out", tmp_path / "nowhere" / "x.millsight")


@pytest.mark.usefixtures("tiny")
def test_a_step_that_fails_is_named_with_the_way_on(tmp_path: Path) -> None:
    words = ["cold-strip", "--data", str(tmp_path / "none"), "--runs", str(tmp_path / "runs")]
    result = CliRunner().invoke(recipe.recipe, words, standalone_mode=False)
    assert isinstance(result.exception, MissingPathError)
    assert (
        "step 1 of 4, teacher failed; repeat the command to continue the recipe from here"
        in result.stderr
    )
