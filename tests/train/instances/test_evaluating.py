import math

import numpy as np
import pytest

from edge.vision.instances.found_instance import FoundInstance
from tests.train.instances.frames import CLASSES, instance, sample
from train.instances.evaluating import epoch_criterion, epoch_figures, missing_figures


def found(box, class_index=0, score=0.9, mask=True):
    x, y, w, h = box
    drawn = np.ones((h, w), np.bool_) if mask else None
    corners = tuple(map(float, (x, y, x + w, y + h)))
    return FoundInstance(class_index, score, corners, drawn, box)


def test_figures_of_what_was_found_exactly_and_not_at_all():
    samples = [sample(instance((10, 10, 20, 8))), sample()]
    exact = epoch_figures([[found((10, 10, 20, 8))], []], samples, CLASSES)
    assert exact == pytest.approx({"box_ap50": 1, "box_ap": 1, "mask_ap50": 1, "mask_ap": 1})
    nothing = epoch_figures([[], []], samples, CLASSES)
    assert nothing == {"box_ap50": 0, "box_ap": 0, "mask_ap50": 0, "mask_ap": 0}
    boxes = [sample(instance((10, 10, 20, 8), mask=False))]
    alone = epoch_figures([[found((10, 10, 20, 8), mask=False)]], boxes, CLASSES)
    assert alone["box_ap50"] == pytest.approx(1)
    assert math.isnan(alone["mask_ap50"])


def test_epochs_are_compared_by_masks_where_there_are_any():
    row = missing_figures()
    assert math.isnan(epoch_criterion(row))
    row = {**row, "box_ap50": 0.7}
    assert epoch_criterion(row) == 0.7
    assert epoch_criterion({**row, "mask_ap50": 0.3}) == 0.3
