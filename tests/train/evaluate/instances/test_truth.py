"""Labels of whole frames, and of tiles that are frames of their own."""

from __future__ import annotations

import numpy as np
import pytest

from edge.core.rle import runs_to_mask
from tests.train.evaluate.instances.made import HEIGHT, WIDTH, found, label, sample
from train.data.sample import Instance
from train.data.tiles import label_tiles
from train.evaluate.instances.truth import classes_present, labelled_frame, labelled_frames


def test_a_whole_frame_keeps_its_labels() -> None:
    frame = labelled_frame(sample(label(1, 3, 4, 5, 6), label(0, 1, 1, 2, 2, mask=False)))
    masked, boxed = frame.truths
    assert (frame.width, frame.height, frame.group) == (WIDTH, HEIGHT, "g")
    assert (masked.class_index, masked.box, masked.ignored) == (1, (3, 4, 5, 6), False)
    assert (boxed.box, boxed.runs) == ((1, 1, 2, 2), None)


@pytest.mark.parametrize("mask", [True, False])
def test_a_tile_s_labels_are_cut_to_it(mask: bool) -> None:
    frame = labelled_frame(sample(label(0, 15, 4, 10, 6, mask=mask)), (20, 0, 20, HEIGHT))
    (truth,) = frame.truths
    assert (frame.width, truth.box, truth.ignored) == (20, (0, 4, 5, 6), False)
    if mask:
        drawn = runs_to_mask(truth.runs, HEIGHT, 20)
        assert np.array_equal(np.argwhere(drawn)[[0, -1]], [[4, 0], [9, 4]])


def test_what_a_tile_shows_too_little_of_is_ignored_and_the_rest_is_not_there() -> None:
    whole = sample(label(0, 12, 4, 10, 6), label(1, 30, 0, 5, 5), label(1, 0, 0, 5, 5))
    frame = labelled_frame(whole, (20, 0, 20, HEIGHT))
    assert [(t.class_index, t.ignored) for t in frame.truths] == [(0, True), (1, False)]


def test_tiles_are_frames_of_their_own() -> None:
    whole = sample(label(0, 2, 2, 5, 5), label(0, 22, 2, 5, 5))
    frames = labelled_frames(label_tiles(whole, (20, HEIGHT)))
    assert [frame.truths[0].box for frame in frames] == [(2, 2, 5, 5)] * 2
    assert len(labelled_frames([whole])[0].truths) == 2


def test_a_mask_of_no_pixels_is_a_box_alone() -> None:
    nothing = Instance(0, (1.0, 1.0, 4.0, 4.0), np.zeros((0, 2), np.int64))
    (truth,) = labelled_frame(sample(nothing)).truths
    assert (truth.runs, truth.box) == (None, (1.0, 1.0, 4.0, 4.0))


def test_a_box_is_cut_at_the_frame_and_gone_outside_of_it() -> None:
    over, outside = Instance(0, (-4.0, 15.0, 8.0, 30.0)), Instance(0, (99.0, 5.0, 5.0, 5.0))
    (truth,) = labelled_frame(sample(over, outside)).truths
    assert truth.box == (0.0, 15.0, 4.0, 5.0)


def test_classes_are_those_found_and_those_labelled() -> None:
    frame = labelled_frame(sample(label(1, 0, 0, 5, 5)))
    assert classes_present([found(0, 0.5, 0, 0, 2, 2), found(5, 0.5, 0, 0, 2, 2)], frame) == [
        0,
        1,
        5,
    ]
