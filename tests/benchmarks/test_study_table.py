from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.study_table import Judged, latencies, macro_f1, row
from train.regions.task import Task

MULTICLASS = Task("multiclass", ("pit", "scratch"))


def judged(right, network="compact"):
    run = SimpleNamespace(card=SimpleNamespace(network=network, parameters=33762))
    return Judged(run, None, {"float32": np.ones(len(right), np.bool_), "int8": right}, 0.5, None)


@pytest.mark.parametrize(
    ("answers", "labels", "wanted"),
    [
        ([0, 1, 2], [[0, 0], [1, 0], [0, 1]], 1.0),
        ([0, 0, 2], [[0, 0], [1, 0], [0, 1]], (2 / 3 + 0 + 1) / 3),
        ([0, 1], [[0, 0], [1, 0]], 1.0),
    ],
)
def test_macro_f1_is_over_the_classes_that_are_there(answers, labels, wanted):
    scores = np.eye(3)[answers]
    assert macro_f1(MULTICLASS, scores, np.array(labels, np.bool_)) == pytest.approx(wanted)


def test_a_binary_run_has_no_macro_f1():
    assert macro_f1(Task("binary", ("pit",)), np.eye(2), np.ones((2, 1), np.bool_)) is None


def test_a_row_holds_its_network_against_the_best():
    groups = np.arange(100).astype(np.str_)
    best, other = judged(np.arange(100) >= 2), judged(np.arange(100) >= 12, "cnn1")
    assert "| – | 1.00 / 2.00 |" in row(best, best, groups, "1.00 / 2.00")
    told = row(other, best, groups, "")
    assert told.startswith("| cnn1 | 33,762 | 100.00 % (")
    assert "| 88.00 % (" in told
    assert "| 0.002 |" in told


def test_latency_is_of_a_frames_regions():
    asked = []
    engine = SimpleNamespace(run=lambda frame: asked.append(frame.shape))
    assert " / " in latencies([engine], [(20, 10)])[0]
    assert set(asked) == {(16, 10, 20)}
