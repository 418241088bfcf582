from __future__ import annotations

import json
import shutil
import sys

import click
import numpy as np
import pytest
from click.testing import CliRunner

from edge.core.errors import (
    ConfigError,
    DataError,
    ImageError,
    MissingExtraError,
    MissingPathError,
    TrainingError,
    UnwritableError,
)
from edge.core.images import write_image
from tests.train.data.build import annotation, coco, image
from tests.train.data.surface import surface
from tests.train.interrupted import ctrl_c_at_step
from tests.train.tiny import CLASSES, write_strips
from train.backend import load_keras
from train.cli import resumable, train
from train.data import open_data
from train.data.digest import data_digest, split_digest
from train.data.sample import Sample
from train.networks import NETWORKS
from train.regions import run as train_run_module

FILES = ["card.json", "card.md", "curves.png", "history.csv", "model.keras"]


@pytest.fixture(scope="module")
def strips(tmp_path_factory):
    return write_strips(
        tmp_path_factory.mktemp("data") / "strips", {"train": 8, "val": 4, "holdout": 4}
    )


def run(*words):
    words = [str(word) for word in words]
    result = CliRunner().invoke(train.train, words, standalone_mode=False)
    if result.exception:
        raise result.exception
    return result


def trained(out):
    return json.loads((out / "card.json").read_text())


def test_a_run_leaves_a_whole_folder(strips, tmp_path):
    out = tmp_path / "run"
    options = ["--network", "compact", "--region", "32x32", "--epochs", 2, "--batch", 4]
    result = run("binary", "--data", strips, "--out", out, *options, "--seed", 3)
    assert result.stdout == ""
    assert "epoch 2/2" in result.stderr
    assert "val: accuracy" in result.stderr
    assert "holdout" not in result.stderr
    assert sorted(p.name for p in out.iterdir()) == FILES
    card = trained(out)
    assert card["task"] == "binary"
    assert card["outputs"] == ["none", "defect"]
    assert card["classes"] == list(CLASSES)
    assert card["geometry"] == {"region": [32, 32], "input": [32, 32]}
    assert card["data"]["splits"] == {"train": 16, "val": 8, "holdout": 8}
    assert card["figures"]["holdout"]["n"] == 8
    assert [opening["by"] for opening in card["holdout_openings"]] == [card["command"]]
    assert card["started"] <= card["holdout_openings"][0]["when"] <= card["finished"]
    samples = open_data(strips).samples
    assert card["data"]["digest"] == data_digest(samples)
    assert card["data"]["split_digest"] == split_digest(samples)
    assert (card["seed"], card["epochs"]) == (3, 2)
    assert card["command"] == (
        f"millsight train binary --data {strips} --network compact --out {out}"
        " --region 32x32 --epochs 2 --batch 4 --seed 3"
    )
    model = load_keras().models.load_model(out / "model.keras")
    assert model.input_shape == (None, 32, 32, 1)
    assert not model.compiled


def test_study_network_squashes_whole_frames_and_takes_multilabel(strips, tmp_path):
    out = tmp_path / "run"
    options = ["--network", "ann1", "--labels", "multilabel", "--epochs", 1, "--limit", 6]
    run("multiclass", "--data", strips, "--out", out, *options)
    card = trained(out)
    assert card["task"] == "multilabel"
    assert card["geometry"] == {"region": None, "input": [256, 256]}
    assert (card["outputs"], card["activation"]) == (list(CLASSES), "sigmoid")
    assert card["data"]["splits"]["train"] == 6
    assert card["figures"]["val"]["auroc"] is None


def test_ctrl_c_says_how_to_go_on_and_resume_finishes(strips, tmp_path, monkeypatch):
    out = tmp_path / "run"
    words = ["multiclass", "--data", strips, "--out", out, "--network", "ann1", "--epochs", 3]
    words += ["--region", "32x32", "--batch", 8]
    run(*words)
    uninterrupted = trained(out)
    with ctrl_c_at_step(3, monkeypatch) as stop:
        run(*words, "--overwrite")
    (told,) = stop.value.args
    assert "1 epochs kept" in told
    assert told.endswith(f"millsight {cli_command(words)} --resume")
    assert [p.name for p in out.iterdir()] == ["checkpoint.npz"]
    started = checkpoint_of(out)["started"]
    with pytest.raises(TrainingError, match="--resume"):
        run(*words)
    with pytest.raises(TrainingError, match="seed 0, now 1"):
        run(*words, "--resume", "--seed", 1)
    with pytest.raises(TrainingError, match=r"geometry\.region \[32, 32\], now \[16, 32\]"):
        run(*words, "--resume", "--region", "16x32")
    monkeypatch.setattr(train_run_module, "now", lambda: "9999-01-01T00:00:00+00:00")
    run(*words, "--resume")
    assert sorted(p.name for p in out.iterdir()) == FILES
    resumed = trained(out)
    assert resumed["started"] == started
    assert resumed["finished"].startswith("9999")
    assert resumed["epochs"] == 3
    assert resumed["figures"] == uninterrupted["figures"]
    history = np.genfromtxt(out / "history.csv", delimiter=",", names=True)
    np.testing.assert_array_equal(history["epoch"], [1, 2, 3])


def checkpoint_of(folder):
    with np.load(folder / "checkpoint.npz") as file:
        return json.loads(str(file["about"]))


def cli_command(words):
    """The typed words in the order of the options."""
    order = ["--data", "--network", "--out", "--region", "--epochs", "--batch"]
    given = dict(zip(words[1::2], words[2::2], strict=True))
    return f"train {words[0]} " + " ".join(f"{name} {given[name]}" for name in order)


def test_ctrl_c_before_the_first_epoch(strips, tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(resumable, "open_data", interrupted)
    with pytest.raises(click.Abort, match="nothing was kept"):
        run("binary", "--data", strips, "--out", tmp_path / "run")


@pytest.mark.parametrize("begun", [False, True])
def test_ctrl_c_while_overwriting_advises_nothing_that_cannot_work(
    strips, tmp_path, monkeypatch, begun
):
    """Neither before the old run is removed nor after it may its checkpoint be called ours."""

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    for name in [*FILES, "checkpoint.npz"]:
        (tmp_path / name).write_text("old")
    if begun:
        monkeypatch.setattr("edge.core.images.read_grey", interrupted)
        monkeypatch.setattr("train.regions.run.data_digest", interrupted)
    else:
        monkeypatch.setattr(resumable, "open_data", interrupted)
    with pytest.raises(click.Abort, match="nothing was kept"):
        run("binary", "--data", strips, "--out", tmp_path, "--region", "32x32", "--overwrite")
    left = sorted(p.name for p in tmp_path.iterdir())
    assert left == ([] if begun else sorted([*FILES, "checkpoint.npz"]))


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["--region", "200x128"], ImageError),
        (["--splits", "none.csv", "--region", "32x32"], MissingPathError),
    ],
)
def test_what_cannot_be_trained_overwrites_nothing(strips, tmp_path, words, error):
    for name in FILES:
        (tmp_path / name).write_text("old")
    with pytest.raises(error):
        run("binary", "--data", strips, "--out", tmp_path, "--overwrite", *words)
    assert [(tmp_path / name).read_text() for name in FILES] == ["old"] * len(FILES)


@pytest.mark.parametrize(("closed", "rights"), [("parent/run", 0o500), ("parent", 0o000)])
def test_a_folder_that_may_not_be_written_is_found_out_before_any_frame_is_read(
    open_path, monkeypatch, closed, rights
):
    root = write_strips(open_path / "data", {"train": 4, "val": 2})
    out = open_path / "parent" / "run"
    out.mkdir(parents=True)
    (open_path / closed).chmod(rights)
    monkeypatch.setattr(Sample, "read", lambda self: pytest.fail("a frame was read"))
    monkeypatch.setattr("train.regions.run.load_keras", lambda: pytest.fail("training began"))
    with pytest.raises(UnwritableError, match=r"run.* cannot be written.*[Pp]ermission denied"):
        run("binary", "--data", root, "--out", out, "--region", "32x32")
    (open_path / closed).chmod(0o700)
    assert list(out.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "error", "told"),
    [
        (["--region", "200x128"], ImageError, "smaller than a region"),
        (["--splits", "none.csv"], MissingPathError, "millsight data split"),
        (["--resume"], TrainingError, "nothing to resume"),
        (["--region", "32"], click.BadParameter, "WIDTHxHEIGHT"),
        (["--region", "32x32", "--squash"], click.UsageError, "choose one"),
        (["--squash", "--stride", "8x8"], click.UsageError, "needs tiles"),
        (["--teacher", "none", "--region", "32x32"], MissingPathError, "no training run none"),
        (["--weights", "none.npz", "--region", "32x32"], MissingPathError, "no weights"),
        (["--also", "nowhere", "--region", "32x32"], MissingPathError, "nowhere"),
        (["--resume", "--overwrite"], click.UsageError, "exclude"),
        (["--network", "patches", "--region", "30x32"], click.UsageError, "multiple of 4"),
        (["--network", "vgg"], click.BadParameter, "compact"),
        (["--epochs", "0"], click.BadParameter, "epochs"),
    ],
)
def test_wrong_use_is_refused(strips, tmp_path, words, error, told):
    with pytest.raises(error) as refused:
        run("binary", "--data", strips, "--out", tmp_path / "run", *words)
    said = refused.value
    assert told in (said.format_message() if isinstance(said, click.UsageError) else str(said))


def test_a_run_that_was_taught_says_by_whom_and_leaves_the_holdout_closed(strips, tmp_path):
    tiles = ["--network", "compact", "--region", "32x32", "--epochs", 1, "--batch", 4]
    run("multiclass", "--data", strips, "--out", tmp_path / "teacher", *tiles, "--no-holdout")
    more = ["--teacher", tmp_path / "teacher", "--weights", tmp_path / "teacher"]
    more += ["--also", strips, "--stride", "16x32", "--no-holdout"]
    out = tmp_path / "gate"
    result = run("binary", "--data", strips, "--out", out, *tiles, *more)
    card = trained(out)
    assert card["teachers"] == [str(tmp_path / "teacher")]
    assert card["first_weights"] == str(tmp_path / "teacher")
    assert card["data"]["also"] == ["strips: not stated; not stated"]
    assert card["data"]["splits"]["train"] > 2 * 16
    assert set(card["figures"]) == {"val"}
    assert card["holdout_openings"] == []
    assert "--stride 16x32" in card["command"]
    assert f"--teacher {tmp_path / 'teacher'}" in card["command"]
    assert "epoch 1/1" in result.stderr


def test_a_classifier_learns_from_other_data_of_its_own_classes_alone(strips, tmp_path):
    tiles = ["--region", "32x32", "--epochs", 1, "--batch", 4, "--no-holdout"]
    run("multiclass", "--data", strips, "--out", tmp_path / "run", "--also", strips, *tiles)
    assert trained(tmp_path / "run")["data"]["splits"]["train"] == 2 * 16
    other = tmp_path / "other"
    shutil.copytree(strips, other)
    for table in other.rglob("*.json"):
        table.write_text(table.read_text().replace(CLASSES[0], "another"))
    with pytest.raises(ConfigError, match="other classes"):
        run("multiclass", "--data", strips, "--out", tmp_path / "no", "--also", other, *tiles)


def test_no_data(tmp_path):
    with pytest.raises(MissingPathError, match="nowhere"):
        run("binary", "--data", tmp_path / "nowhere", "--out", tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_data_without_val_is_refused(tmp_path):
    root = write_strips(tmp_path / "strips", {"train": 3})
    with pytest.raises(DataError, match="no val images"):
        run("binary", "--data", root, "--out", tmp_path / "run")


def test_a_finished_run_is_not_trained_over(strips, tmp_path):
    (tmp_path / "card.json").write_text("{}")
    with pytest.raises(TrainingError, match="finished run"):
        run("binary", "--data", strips, "--out", tmp_path)
    assert (tmp_path / "card.json").read_text() == "{}"


def test_without_tensorflow_it_says_what_to_install(strips, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "keras", None)
    with pytest.raises(MissingExtraError, match=r"millsight\[train\]"):
        run("binary", "--data", strips, "--out", tmp_path / "run", "--region", "32x32")


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_help_names_every_network(task):
    shown = run(task, "--help").stdout
    assert all(name in shown for name in NETWORKS)


def test_splits_that_leak_are_refused_unless_allowed(tmp_path):
    root, size = tmp_path / "data", {"width": 128, "height": 64}
    splits = {"train": range(1, 7), "val": range(7, 11)}
    named = {
        split: ([image(n, **size) for n in numbers], [annotation(n, n) for n in numbers if n % 2])
        for split, numbers in splits.items()
    }
    coco(root, named, draw=False)
    for number in range(1, 11):
        write_image(root / "images" / f"{number}.png", surface(64, 128, number))
    relit = np.asarray(surface(64, 128, 1) * 0.8 + 20, np.uint8)
    write_image(root / "images" / "7.png", relit)
    words = ("binary", "--data", root, "--out", tmp_path / "run", "--region", "32x32")
    with pytest.raises(DataError, match=r"leak: 1 of 4 val .* train images \(1\.png and 7\.png\)"):
        run(*words)
    assert not (tmp_path / "run").exists()
    run(*words, "--allow-leaks", "--epochs", 1, "--no-holdout")
    assert (tmp_path / "run" / "card.json").exists()
