from __future__ import annotations

import numpy as np
import pytest

from edge.vision.instances.anchors import Anchors
from train.instances.targets import match_anchors, rpn_targets

BOX = np.array([[0, 0, 10, 10]], np.float32)


def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize(
    ("anchor", "label"),
    [
        ([0, 0, 10, 10], 1),  # the best
        ([0, 0, 10, 6.5], 1),  # IoU 0.65
        ([0, 0, 10, 5.5], -1),  # 0.55
        ([0, 0, 10, 3.1], -1),  # 0.31
        ([0, 0, 10, 2.9], 0),  # 0.29
        ([20, 20, 30, 30], 0),
    ],
)
def test_labels_follow_the_overlap(anchor, label):
    anchors = np.array([[0, 0, 10, 10], anchor], np.float32)
    assert match_anchors(anchors, BOX)[0][1] == label


def test_the_best_anchor_of_a_box_that_none_fits_is_positive_and_stands_for_it():
    anchors = np.array([[0, 0, 10, 10], [18, 0, 28, 10], [60, 60, 70, 70]], np.float32)
    boxes = np.array([[1, 0, 11, 10], [20, 4, 24, 40]], np.float32)
    labels, matched = match_anchors(anchors, boxes)
    assert labels.tolist() == [1, 1, 0]
    assert matched[:2].tolist() == [0, 1]


def test_an_anchor_that_fits_one_box_is_not_given_to_another_for_want_of_better():
    anchors = np.array([[0, 0, 10, 10]], np.float32)
    boxes = np.array([[0, 0, 10, 9], [8, 8, 30, 30]], np.float32)
    assert match_anchors(anchors, boxes)[1].tolist() == [0]


def test_a_box_beyond_all_anchors_makes_none_positive():
    labels, deltas = rpn_targets(BOX, np.array([[90, 90, 95, 95]], np.float32), rng())
    assert labels.tolist() == [0]
    assert not deltas.any()


def test_deltas_are_those_of_the_paper_in_units_of_their_spread():
    """Centre moved by a tenth of the width and a fifth of the height; twice as wide, as high."""
    anchors = np.array([[0, 0, 10, 20]], np.float32)
    boxes = np.array([[-4, 4, 16, 24]], np.float32)
    _, deltas = rpn_targets(anchors, boxes, rng())
    np.testing.assert_allclose(deltas, [[1.0, 2.0, np.log(2) / 0.2, 0.0]], atol=1e-5)


def test_at_most_half_of_the_sample_is_positive_and_the_rest_is_negative():
    anchors = Anchors((((8.0, 8.0),), ((16.0, 16.0),), ((32.0, 32.0),))).boxes(128, 400)
    boxes = np.stack([np.arange(0, 400, 8)] * 2, axis=1) % [400, 128]
    boxes = np.concatenate([boxes, boxes + 8], axis=1).astype(np.float32)
    labels, deltas = rpn_targets(anchors, boxes, rng(), sample=40)
    assert ((labels == 1).sum(), (labels == 0).sum()) == (20, 20)
    assert not deltas[labels != 1].any()


def test_few_positives_leave_their_places_to_negatives():
    anchors = Anchors((((8.0, 8.0),), ((16.0, 16.0),), ((32.0, 32.0),))).boxes(64, 64)
    labels, _ = rpn_targets(anchors, anchors[5:6].copy(), rng(), sample=32)
    assert (labels == 1).sum() == 1
    assert (labels == 0).sum() == 31


def test_a_window_without_instance_has_only_negatives():
    anchors = Anchors((((8.0, 8.0),), ((16.0, 16.0),), ((32.0, 32.0),))).boxes(64, 64)
    labels, deltas = rpn_targets(anchors, np.zeros((0, 4), np.float32), rng(), sample=32)
    assert ((labels == 1).sum(), (labels == 0).sum()) == (0, 32)
    assert not deltas.any()
