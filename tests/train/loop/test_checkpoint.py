from __future__ import annotations

import math

import numpy as np
import pytest

from edge.core.errors import TrainingError
from train.cli.train import make_plan
from train.loop import checkpoint
from train.loop.checkpoint import CheckpointState

PLAN = {"seed": 0, "geometry": {"region": (32, 32)}, "data": "abc"}


def state():
    row = {"epoch": 1, "val_loss": 0.5, "val_auroc": math.nan}
    weights = [np.arange(4.0, dtype=np.float32).reshape(2, 2), np.array([7, 8], np.uint32)]
    return CheckpointState(
        [row],
        weights,
        [np.array(3, np.int64)],
        weights[:1],
        weights[:1] * 11,
        1,
        "2025-01-01T00:00",
    )


def test_a_state_comes_back_as_it_was(tmp_path):
    checkpoint.save(tmp_path, state(), PLAN)
    back = checkpoint.load(tmp_path, PLAN)
    assert back.history[0]["val_loss"] == 0.5
    assert math.isnan(back.history[0]["val_auroc"])
    assert (back.epochs_done, back.best_epoch) == (1, 1)
    assert back.started == "2025-01-01T00:00"
    for name in checkpoint.PARTS:
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


def planned(**options):
    """A run's plan as the options make it, and its data, as ``train_run`` keeps them."""
    unset = dict.fromkeys(["region", "epochs", "batch", "learning_rate", "best_weights"])
    flags = {"squash": False, "rough": False}
    given = {"network": "compact", "seed": 0, **flags, **unset, **options}
    digests = {"digest": "a" * 64, "split_digest": "b" * 64}
    return {**make_plan("binary", **given).as_json(), "data": digests}


CHANGES = {
    "region": {"region": (100, 128)},
    "squash": {"squash": True},
    "rough": {"rough": True},
    "network": {"network": "ann1"},
    "seed": {"seed": 1},
    "epochs": {"epochs": 3},
    "batch": {"batch": 4},
    "learning_rate": {"learning_rate": 0.5},
    "best_weights": {"best_weights": False},
    "patience": {"patience": 2},
    "items_per_epoch": {"items_per_epoch": 7},
    "limit": {"limit": 7},
}


@pytest.mark.parametrize("changed", CHANGES.values(), ids=CHANGES)
def test_every_option_of_a_run_must_be_the_same_to_resume_it(tmp_path, changed):
    checkpoint.save(tmp_path, state(), planned())
    with pytest.raises(TrainingError, match="started differently"):
        checkpoint.load(tmp_path, planned(**changed))
    assert checkpoint.load(tmp_path, planned()).epochs_done == 1


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"region": (100, 128)}, r"geometry\.region \[200, 128\], now \[100, 128\]"),
        ({"squash": True}, r"geometry\.region \[200, 128\], now None"),
    ],
)
def test_another_tiling_is_named(tmp_path, changed, named):
    checkpoint.save(tmp_path, state(), planned())
    with pytest.raises(TrainingError, match=named):
        checkpoint.load(tmp_path, planned(**changed))


@pytest.mark.parametrize("which", ["digest", "split_digest"])
def test_other_data_or_splits_are_named_in_short(tmp_path, which):
    checkpoint.save(tmp_path, state(), planned())
    now = planned()
    now["data"][which] = "c" * 64
    with pytest.raises(TrainingError, match=rf"data\.{which} \w{{12}}…, now c{{12}}…"):
        checkpoint.load(tmp_path, now)


def test_a_checkpoint_that_may_not_be_read_is_not_called_damaged(open_path):
    checkpoint.save(open_path, state(), PLAN)
    (open_path / checkpoint.NAME).chmod(0o000)
    with pytest.raises(TrainingError, match="cannot be read: Permission denied"):
        checkpoint.load(open_path, PLAN)


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
