from __future__ import annotations

import numpy as np
import pytest

from train.instances.losses import head_losses, mask_loss, rpn_losses, smooth_l1

LOG2, LOG3 = np.log(2), np.log(3)


def array(*values):
    return np.array(values, np.float32)


@pytest.mark.parametrize(
    ("error", "expected"), [(0, 0), (0.5, 0.125), (-1, 0.5), (3, 2.5), (-4, 3.5)]
)
def test_smooth_l1(error, expected):
    assert float(smooth_l1(np.float32(error))) == pytest.approx(expected)


def test_proposals_are_judged_over_those_sampled():
    """One positive at odds 3, one negative at odds 3, one left out; deltas of the positive only."""
    objectness = array([LOG3, LOG3, 50])
    deltas = np.zeros((1, 3, 4), np.float32)
    deltas[0, :, 0] = 3.0
    labels = np.array([[1, 0, -1]], np.int8)
    entropy, moved = rpn_losses(objectness, deltas, labels, np.zeros_like(deltas))
    assert float(entropy) == pytest.approx((np.log(4 / 3) + np.log(4)) / 2, rel=1e-5)
    assert float(moved) == pytest.approx(2.5 / 2)


def test_heads_are_judged_over_all_boxes_and_moved_by_positives():
    """A sure positive, an undecided background, an empty place."""
    outputs = array([0, 0, 50, 1, 0, 0, 0], [0, 0, 0, 9, 9, 9, 9], [7, 0, 0, 9, 9, 9, 9])
    entropy, moved = head_losses(
        outputs, np.array([2, 0, 0], np.int32), np.zeros((3, 4), np.float32), array(1, 1, 0)
    )
    assert float(entropy) == pytest.approx(LOG3 / 2, rel=1e-5)
    assert float(moved) == pytest.approx(0.5 / 2)


def test_masks_are_judged_by_their_own_class_alone():
    logits = np.full((2, 28, 28, 2), 50, np.float32)
    logits[0, ..., 1] = LOG3
    truth = np.zeros((2, 28, 28), np.float32)
    truth[0, :14] = 1
    found = mask_loss(logits, truth, np.array([2, 1], np.int32), array(1, 0))
    assert float(found) == pytest.approx((np.log(4 / 3) + np.log(4)) / 2, rel=1e-5)


def test_nothing_to_judge_costs_nothing():
    empty = np.zeros((1, 3, 4), np.float32)
    none = np.full((1, 3), -1, np.int8)
    assert [float(x) for x in rpn_losses(array([9, 9, 9]), empty, none, empty)] == [0, 0]
    background = np.zeros((1, 3), np.int32)
    outputs = np.ones((1, 3, 7), np.float32)
    weights = np.zeros((1, 3), np.float32)
    assert [float(x) for x in head_losses(outputs, background, empty, weights)] == [0, 0]
    logits, truth = np.ones((2, 28, 28, 1), np.float32), np.ones((2, 28, 28), np.float32)
    assert float(mask_loss(logits, truth, np.zeros(2, np.int32), array(0, 0))) == 0


def test_large_logits_stay_finite():
    huge = array([1e4, -1e4, 0])
    deltas = np.full((1, 3, 4), 1e6, np.float32)
    labels = np.array([[0, 1, 1]], np.int8)
    assert np.isfinite([float(x) for x in rpn_losses(huge, deltas, labels, -deltas)]).all()
    outputs = np.full((1, 7), 1e4, np.float32)
    found = head_losses(outputs, np.array([1], np.int32), -outputs[:, :4], array(1))
    assert np.isfinite([float(x) for x in found]).all()
