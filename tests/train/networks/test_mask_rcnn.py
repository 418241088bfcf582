from __future__ import annotations

import numpy as np
import pytest

from edge.vision.instances.anchors import Anchors
from train.networks.mask_rcnn import box_head, build_mask_rcnn, mask_head

ANCHORS = Anchors((((8.0, 8.0),), ((16.0, 16.0),), ((32.0, 32.0),)))


def crops(n):
    return np.random.default_rng(0).random((n, 14, 14, 48), dtype=np.float32)


@pytest.mark.parametrize("classes", [1, 4])
def test_heads_give_logits_with_background_then_deltas_and_a_mask_a_class(classes):
    assert box_head(classes).predict_on_batch(crops(3)).shape == (3, classes + 1 + 4)
    assert mask_head(classes).predict_on_batch(crops(2)).shape == (2, 28, 28, classes)


def test_without_masks_there_is_no_mask_head():
    assert build_mask_rcnn(2, ANCHORS, masks=False).mask_head is None


def test_an_untrained_network_moves_no_box_and_prefers_no_class():
    outputs = box_head(3).predict_on_batch(crops(4))
    assert np.abs(outputs).max() < 0.5
