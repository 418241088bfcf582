from __future__ import annotations

import math

import numpy as np
import pytest

from edge.errors import TrainingError
from train import checkpoint
from train.checkpoint import State

PLAN = {"seed": 0, "geometry": {"region": (32, 32)}, "data": "abc"}


def state():
    row = {"epoch": 1, "val_loss": 0.5, "val_auroc": math.nan}
    weights = [np.arange(4.0, dtype=np.float32).reshape(2, 2), np.array([7, 8], np.uint32)]
    return State([row], weights, [np.array(3, np.int64)], weights[:1] * 11, 1)


def test_a_state_comes_back_as_it_was(tmp_path):
    checkpoint.save(tmp_path, state(), PLAN)
    back = checkpoint.load(tmp_path, PLAN)
    assert back.history[0]["val_loss"] == 0.5
    assert math.isnan(back.history[0]["val_auroc"])
    assert (back.epochs_done, back.best_epoch) == (1, 1)
    for name in ("weights", "optimizer", "best"):
        wanted, found = getattr(state(), name), getattr(back, name)
        assert [a.dtype for a in found] == [a.dtype for a in wanted]
        for a, b in zip(found, wanted, strict=True):
            np.testing.assert_array_equal(a, b)
    assert [p.name for p in tmp_path.iterdir()] == [checkpoint.NAME]


@pytest.mark.parametrize(
    ("now", "named"),
    [
        ({**PLAN, "seed": 1}, "seed 0, now 1"),
        ({**PLAN, "geometry": {"region": None}}, "region"),
        ({**PLAN, "data": "abd"}, "data abc, now abd"),
    ],
)
def test_another_plan_is_refused_by_what_differs(tmp_path, now, named):
    checkpoint.save(tmp_path, state(), PLAN)
    with pytest.raises(TrainingError, match=named):
        checkpoint.load(tmp_path, now)


def test_nothing_to_resume(tmp_path):
    with pytest.raises(TrainingError, match="nothing to resume"):
        checkpoint.load(tmp_path, PLAN)


@pytest.mark.parametrize("keep", [0, 10, 500])
def test_a_damaged_file_is_refused(tmp_path, keep):
    checkpoint.save(tmp_path, state(), PLAN)
    path = tmp_path / checkpoint.NAME
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(TrainingError, match="damaged"):
        checkpoint.load(tmp_path, PLAN)
