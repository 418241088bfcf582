from __future__ import annotations

import csv
import json
import math

import click
import cv2
import pytest
from click.testing import CliRunner

from edge.core.errors import (
    ConfigError,
    DataError,
    LabelError,
    MissingPathError,
    TrainingError,
)
from tests.train.instances.frames import CLASSES, write_frames
from tests.train.instances.runs import OPTIONS, train
from tests.train.interrupted import ctrl_c_at_step
from train.cli.instances import precision_in_words
from train.cli.train import train as train_command
from train.data import open_data
from train.data.digest import data_digest, split_digest

FILES = {
    "box_head.keras",
    "card.json",
    "card.md",
    "curves.png",
    "history.csv",
    "mask_head.keras",
    "predictions.png",
    "pyramid.keras",
}


def history_of(folder):
    with open(folder / "history.csv", newline="") as file:
        return list(csv.DictReader(file))


def card_of(folder):
    return json.loads((folder / "card.json").read_text())


def test_a_run_leaves_a_whole_folder(finished, marked):
    out, told = finished
    assert {path.name for path in out.iterdir()} == FILES
    assert "epoch 1/2" in told
    assert "not evaluated" in told
    assert "val: box AP50" in told
    card = card_of(out)
    assert (card["task"], card["trunk"], card["window"]) == ("instances", "compact", [96, 64])
    assert card["classes"] == list(CLASSES)
    assert card["masks"]
    assert [len(level) for level in card["anchors"]] == [3, 3, 3]
    assert card["data"]["splits"] == {"train": 6, "val": 5}
    assert card["instances"]["train"] == {"dark": 5, "bright": 2}
    data = open_data(marked)
    samples = [*data.of("train"), *data.of("val")]
    assert card["data"]["digest"] == data_digest(samples)
    assert card["data"]["split_digest"] == split_digest(samples)
    assert card["holdout_openings"] == []
    assert card["judged_frames"] == 3
    assert [row["epoch"] for row in card["history"]] == [2]
    assert card["figures"]["val"]["n_frames"] == 5
    assert "trust" not in card["recipe"]
    assert card["command"].endswith(
        "--window 96x64 --out " + str(out) + " --epochs 2 --batch 4 --items-per-epoch 8"
        " --judge-every 2 --judge-frames 3"
    )
    assert "| bright |" in (out / "card.md").read_text()


def test_the_history_says_what_was_not_looked_at(finished):
    first, last = history_of(finished[0])
    assert math.isnan(float(first["box_ap50"]))
    assert 0 <= float(last["box_ap50"]) <= 1
    assert {"loss", "rpn_class", "rpn_box", "head_class", "head_box", "mask"} < set(first)


def test_predictions_are_a_picture_of_labels(finished):
    picture = cv2.imread(str(finished[0] / "predictions.png")).astype(int)
    assert (picture.max(axis=2) - picture.min(axis=2) > 60).sum() > 100


def test_ctrl_c_says_how_to_go_on_and_resume_ends_as_without(
    finished, marked, tmp_path, monkeypatch
):
    out = tmp_path / "run"
    words = ["--data", marked, "--out", out, *OPTIONS, "--judge-every", 2, "--judge-frames", 3]
    with ctrl_c_at_step(3, monkeypatch) as stop:
        train(*words)
    assert "1 epochs kept" in stop.value.args[0]
    assert stop.value.args[0].endswith("--resume")
    with pytest.raises(TrainingError, match="--resume"):
        train(*words)
    with pytest.raises(TrainingError, match=r"window \[96, 64\], now \[64, 64\]"):
        train(*words, "--window", "64x64", "--resume")
    train(*words, "--resume")
    assert {path.name for path in out.iterdir()} == FILES
    whole, resumed = history_of(finished[0]), history_of(out)
    assert [row["epoch"] for row in resumed] == ["1", "2"]
    assert float(resumed[1]["loss"]) == pytest.approx(float(whole[1]["loss"]), rel=1e-3)


def test_boxes_alone_give_no_mask_head(tmp_path):
    data = write_frames(tmp_path / "frames", {"train": 4, "val": 4}, masks=False)
    out = tmp_path / "run"
    words = ["--window", "96x64", "--epochs", 1, "--batch", 2, "--items-per-epoch", 2]
    told = train("--data", data, "--out", out, *words)
    assert {path.name for path in out.iterdir()} == FILES - {"mask_head.keras"}
    card = card_of(out)
    assert not card["masks"]
    assert card["figures"]["val"]["mask_ap50"] is None
    assert "mask" not in history_of(out)[0]
    assert "mask AP50" not in told


def bad(root, **changes):
    """Frames whose first train annotation is changed."""
    write_frames(root, {"train": 4, "val": 4})
    path = root / "instances_train.json"
    document = json.loads(path.read_text())
    document["annotations"][0].update(changes)
    path.write_text(json.dumps(document))
    return root


EMPTY = {"size": [64, 96], "counts": [64 * 96]}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"bbox": [200, 10, 20, 20]}, "lies outside its 96×64 image"),
        ({"bbox": [10, 10, 0, 20]}, "is empty"),
        ({"segmentation": EMPTY}, "its mask is empty"),
        ({"category_id": 9}, "unknown category 9"),
    ],
)
def test_wrong_labels_are_named(tmp_path, changes, told):
    data = bad(tmp_path / "frames", **changes)
    with pytest.raises(LabelError, match=told):
        train("--data", data, "--out", tmp_path / "run", *OPTIONS)
    assert not (tmp_path / "run" / "card.json").exists()


def test_data_without_any_defect_is_refused(tmp_path):
    data = write_frames(tmp_path / "frames", {"train": 4, "val": 4})
    path = data / "instances_train.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"annotations": []}))
    with pytest.raises(DataError, match="has a defect with a box or a mask"):
        train("--data", data, "--out", tmp_path / "run", *OPTIONS)


@pytest.mark.parametrize(
    ("words", "error", "told"),
    [
        (["--window", "100x64"], ConfigError, "multiples of 16"),
        (["--resume"], TrainingError, "nothing to resume"),
        (["--resume", "--overwrite"], click.UsageError, "exclude each other"),
        (["--weights", "nowhere.npz"], MissingPathError, "no weights at"),
    ],
)
def test_options_that_cannot_be_are_refused(marked, tmp_path, words, error, told):
    with pytest.raises(error, match=told):
        train("--data", marked, "--out", tmp_path / "run", *OPTIONS, *words)


def test_a_window_must_be_given():
    result = CliRunner().invoke(train_command, ["instances", "--data", "x"])
    assert result.exit_code == 2
    assert "--window" in result.stderr


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            {"box_ap50": 0.5, "box_ap": 0.25, "mask_ap50": 0.4, "mask_ap": 0.2},
            "val box AP50 0.500 AP 0.250, mask AP50 0.400 AP 0.200",
        ),
        (
            {"box_ap50": 0.5, "box_ap": 0.25, "mask_ap50": math.nan, "mask_ap": math.nan},
            "val box AP50 0.500 AP 0.250",
        ),
        (
            dict.fromkeys(("box_ap50", "box_ap", "mask_ap50", "mask_ap"), math.nan),
            "val not evaluated",
        ),
    ],
)
def test_an_epoch_in_words(row, words):
    assert precision_in_words(row) == words
