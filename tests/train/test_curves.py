from __future__ import annotations

import csv
import math

import cv2
import pytest

from train.curves import write_curves, write_history

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


def test_history_has_a_line_for_each_epoch(tmp_path):
    write_history(tmp_path / "history.csv", HISTORY)
    with open(tmp_path / "history.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["loss"]) for row in rows] == [1, 1 / 2, 1 / 3]
    assert list(rows[0]) == list(HISTORY[0])
