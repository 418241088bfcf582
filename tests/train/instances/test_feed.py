from dataclasses import replace

import numpy as np
import pytest

from edge.vision.instances.anchors import Anchors
from tests.train.instances.frames import write_frames
from train.data import open_data
from train.instances.augment import APPEARANCE, NO_MOVES, Moves
from train.instances.feed import WindowFeed
from train.instances.scenes import Frames, Shares, make_scenes

ANCHORS = Anchors((((8.0, 8.0), (16.0, 16.0)), ((20.0, 20.0),), ((30.0, 30.0),)))


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    data = open_data(write_frames(tmp_path_factory.mktemp("data") / "d", {"train": 8}))
    scenes = make_scenes(data, "train")
    return WindowFeed(
        scenes=scenes,
        frames=Frames([scene.sample for scene in scenes]),
        anchors=ANCHORS,
        window=(64, 64),
        batch=4,
        count=10,
        shares=Shares(),
        moves=NO_MOVES,
        appearance=None,
        seed=0,
    )


def test_batches_are_full_and_of_one_shape(still):
    batches = list(still.epoch(0))
    assert len(batches) == still.steps == 3
    anchors = len(ANCHORS.boxes(64, 64))
    for batch in batches:
        assert {name: (value.shape, value.dtype.name) for name, value in batch.items()} == {
            "images": ((4, 64, 64, 1), "float32"),
            "rpn_labels": ((4, anchors), "int8"),
            "rpn_deltas": ((4, anchors, 4), "float32"),
            "boxes": ((4, 2, 4), "float32"),
            "classes": ((4, 2), "int32"),
            "masks": ((4, 2, 64, 64), "uint8"),
            "has_mask": ((4, 2), "float32"),
        }


def test_a_still_window_shows_what_its_boxes_say(still):
    for batch in still.epoch(0):
        grey = batch["images"][..., 0]
        for row, slot in zip(*np.nonzero(batch["classes"]), strict=True):
            x1, y1, x2, y2 = batch["boxes"][row, slot].astype(int)
            mask = batch["masks"][row, slot].astype(bool)
            dark = batch["classes"][row, slot] == 1
            assert (grey[row, mask].mean() < 0.3) == dark
            assert (grey[row, mask].mean() > 0.7) != dark
            assert mask.sum() == (x2 - x1) * (y2 - y1) == mask[y1:y2, x1:x2].sum()
        clean = (batch["classes"] == 0).all(axis=1)
        assert (np.ptp(grey[clean], axis=(1, 2)) < 0.4).all()
        assert not batch["masks"][batch["classes"] == 0].any()
        assert ((batch["rpn_labels"] == 1).any(axis=1) == ~clean).all()


def test_the_same_epoch_comes_again_whoever_cuts_it(still):
    moved = replace(still, moves=Moves(), appearance=APPEARANCE)
    first, again = list(moved.epoch(3)), list(replace(moved, workers=3).epoch(3))
    for one, other in zip(first, again, strict=True):
        for name, value in one.items():
            np.testing.assert_array_equal(value, other[name])
    later = next(iter(moved.epoch(4)))
    assert (later["images"] != first[0]["images"]).any()


def test_an_epoch_that_is_broken_off_stops_cutting(still):
    batches = replace(still, count=4000).epoch(0)
    next(batches)
    batches.close()


def test_without_masks_none_are_made(tmp_path, still):
    data = open_data(write_frames(tmp_path / "d", {"train": 4}, masks=False))
    scenes = make_scenes(data, "train")
    batch = next(
        iter(
            replace(still, scenes=scenes, frames=Frames([scene.sample for scene in scenes])).epoch(
                0
            )
        )
    )
    assert "masks" not in batch
    assert not batch["has_mask"].any()


def test_a_window_larger_than_the_frames_is_filled(still):
    batch = next(iter(replace(still, window=(128, 80)).epoch(0)))
    assert 0 <= batch["images"].min() < batch["images"].max() <= 1
    found = batch["boxes"][batch["classes"] > 0]
    assert (found[:, :2] >= 0).all()
    assert (found[:, 2:] <= [128, 80]).all()
    assert (found[:, 2:] - found[:, :2] <= 28).all()
