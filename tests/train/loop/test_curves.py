from __future__ import annotations

import csv
import math

import cv2
import pytest
from matplotlib.figure import Figure

from train.backend import load_keras
from train.loop.curves import (
    draw_panels,
    training_label,
    write_curves,
    write_history,
)
from train.networks import TrainingDefaults

HISTORY = [
    {
        "epoch": i,
        "loss": 1 / i,
        "accuracy": 1 - 1 / i,
        "val_loss": 1.5 / i,
        "val_accuracy": 0.5,
        "val_auroc": math.nan,
        "seconds": 1.0,
    }
    for i in (1, 2, 3)
]


@pytest.mark.parametrize("history", [HISTORY, HISTORY[:1]])
def test_curves_are_a_picture(tmp_path, history):
    write_curves(tmp_path / "curves.png", history, "compact, binary", best_epoch=1)
    picture = cv2.imread(str(tmp_path / "curves.png"))
    assert picture.shape[1] > picture.shape[0] > 200
    assert picture.std() > 5


def network(*, dropout: bool, penalty: bool):
    keras = load_keras()
    l2 = keras.regularizers.L2(0.01) if penalty else None
    layers = [keras.Input((4,)), keras.layers.Dense(2, kernel_regularizer=l2)]
    return keras.Sequential(layers + [keras.layers.Dropout(0.5)] * dropout)


@pytest.mark.parametrize(
    ("recipe", "model", "label"),
    [
        ({}, {}, "training, while learning"),
        ({"augment": True}, {}, "training, with augmentation"),
        (
            {"label_smoothing": 0.1, "augment": True},
            {"penalty": True},
            "training, with smoothing, penalties and augmentation",
        ),
        ({"balance": 0.5}, {"dropout": True}, "training, with balanced draws and dropout"),
    ],
)
def test_the_training_curve_says_what_it_was_taken_under(recipe, model, label):
    found = training_label(
        TrainingDefaults(epochs=1, **recipe),
        network(**{"dropout": False, "penalty": False} | model),
    )
    assert found == label


def test_each_panel_says_what_it_shows(tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(Figure, "savefig", lambda self, *_, **__: drawn.append(self))
    write_curves(tmp_path / "curves.png", HISTORY, "compact", None, training="training, with x")
    panels = {
        axes.get_ylabel(): [line.get_label() for line in axes.lines] for axes in drawn[0].axes
    }
    assert panels == {
        "Loss, nats an item": ["training, with x", "val, bare"],
        "Share of items right": ["training, with x", "val, bare"],
        "AUROC of defect or none": ["val, bare"],
    }


def test_an_epoch_without_a_number_is_left_out(tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(Figure, "savefig", lambda self, *_, **__: drawn.append(self))
    history = [{**row, "ap": ap} for row, ap in zip(HISTORY, (math.nan, 0.5, 0.7), strict=True)]
    draw_panels(tmp_path / "curves.png", history, "x", {"AP": {"val": "ap"}}, None, {})
    (line,) = drawn[0].axes[0].lines
    assert line.get_xydata().tolist() == [[2, 0.5], [3, 0.7]]


def test_history_has_a_line_for_each_epoch(tmp_path):
    write_history(tmp_path / "history.csv", HISTORY)
    with open(tmp_path / "history.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["loss"]) for row in rows] == [1, 1 / 2, 1 / 3]
    assert list(rows[0]) == list(HISTORY[0])
