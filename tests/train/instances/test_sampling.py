from __future__ import annotations

import numpy as np
import pytest

from train.backend import load_keras
from train.instances.coding import encode
from train.instances.sampling import mask_targets, propose, sample_rois

ANCHORS = np.array(
    [[0, 0, 10, 10], [0, 0, 10, 9], [0, 0, 10, 6.4], [40, 40, 60, 60], [90, 20, 120, 40]],
    np.float32,
)
NO_MOVES = np.zeros((1, 5, 4), np.float32)


def proposed(objectness, deltas=NO_MOVES, **options):
    boxes, kept = propose(
        np.array([objectness], np.float32), deltas, ANCHORS, width=100, height=64, **options
    )
    return np.array(boxes)[0], np.array(kept)[0]


def test_proposals_come_by_falling_objectness_and_are_cut_at_the_border():
    boxes, _ = proposed([1, 2, 3, 4, 5])
    np.testing.assert_allclose(boxes[:2], [[90, 20, 100, 40], [40, 40, 60, 60]])


@pytest.mark.parametrize(
    ("objectness", "kept"),
    [
        ([5, 4, 3, 2, 1], [True, False, False, True, True]),  # 0.9 of the first, 0.71 of that
        ([5, 3, 4, 2, 1], [True, True, False, True, True]),  # 0.64 and 0.9 of the first
    ],
)
def test_what_overlaps_a_likelier_proposal_is_dropped(objectness, kept):
    assert proposed(objectness)[1].tolist() == kept


def test_only_the_likeliest_are_looked_at():
    assert len(proposed([1, 2, 3, 4, 5], before=2)[0]) == 2


def test_boxes_that_leave_the_window_are_not_kept():
    deltas = NO_MOVES.copy()
    deltas[0, 3, 0] = 1e9
    boxes, kept = proposed([1, 1, 1, 9, 1], deltas)
    assert np.isfinite(boxes).all()
    assert not kept[0]


def drawn(proposals, boxes, classes, kept=None, **options):
    proposals = np.array([proposals], np.float32)
    kept = np.ones(proposals.shape[:2], bool) if kept is None else np.array([kept])
    rois = sample_rois(
        proposals,
        kept,
        np.array([boxes], np.float32),
        np.array([classes], np.int32),
        load_keras().random.SeedGenerator(0),
        **options,
    )
    return {k: np.array(getattr(rois, k))[0] for k in rois.__slots__}


GRID = [[x, y, x + 10, y + 10] for x in range(0, 100, 10) for y in range(0, 60, 10)]


def test_positives_come_first_with_class_instance_and_deltas():
    boxes, classes = [[2, 0, 12, 10], [50, 21, 60, 31], [0, 0, 0, 0]], [2, 1, 0]
    found = drawn(GRID, boxes, classes, count=24, positives=8)
    positive = found["classes"] > 0
    assert positive.sum() == 8
    assert positive[:8].all()
    assert found["weights"].all()
    wanted = np.array(boxes, np.float32)[found["matched"][:8]]
    assert (found["classes"][:8] == np.array(classes)[found["matched"][:8]]).all()
    np.testing.assert_allclose(
        found["deltas"][:8], encode(found["boxes"][:8], wanted), rtol=1e-4, atol=1e-4
    )
    assert not found["deltas"][8:].any()


def test_a_true_box_is_found_however_bad_the_proposals():
    found = drawn([[80, 40, 90, 50]] * 12, [[10, 10, 30, 20]], [3], count=8, positives=4)
    assert (found["classes"] == 3).any()
    assert np.isfinite(found["deltas"]).all()


@pytest.mark.parametrize("instances", [0, 3])
def test_a_window_without_instance_gives_background_alone(instances):
    found = drawn(GRID, np.zeros((instances or 1, 4)), [0] * (instances or 1), count=24)
    assert not found["classes"].any()
    assert found["weights"].all()
    assert np.isfinite(found["deltas"]).all()


def test_places_that_nothing_fills_weigh_nothing():
    kept = [True] * 5 + [False] * (len(GRID) - 5)
    found = drawn(GRID, [[0, 0, 0, 0]], [0], kept, count=24)
    assert found["weights"].sum() == 5


def test_masks_are_read_at_the_centres_of_their_cells():
    """A box twice as large as its 28 cells; its left half is defect, and one pixel of the right."""
    masks = np.zeros((1, 2, 64, 80), np.uint8)
    masks[0, 1, :, :36] = 1
    masks[0, 1, 5, 65] = 1
    boxes = np.array([[[8, 4, 64, 60], [64, 4, 71, 11], [-20, -20, 8, 8]]], np.float32)
    found = np.array(mask_targets(masks, boxes, np.array([[1, 1, 1]], np.int32)))[0]
    assert found[0][:, :14].all()
    assert not found[0][:, 14:].any()
    assert found[1].sum() == 16
    assert found[1][4:8, 4:8].all()
    assert found[2].all()
    assert not np.array(mask_targets(masks, boxes, np.array([[0, 0, 0]], np.int32))).any()
