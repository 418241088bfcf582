"""Instances become defects with measures, and stand for the regions that they explain."""

from __future__ import annotations

import numpy as np
import pytest

from edge.core.class_map import ClassMap
from edge.core.frame import Frame
from edge.core.inspection import Defect
from edge.core.rle import mask_from_coco
from edge.vision.instance_defects import outlined
from edge.vision.instances.found_instance import FoundInstance
from tests.edge.fakes import CLASSES

FRAME = Frame(
    np.zeros((40, 100), np.uint8),
    3,
    0.0,
    "test",
    position_mm=1000.0,
    mm_per_line=2.0,
    mm_per_px_across=0.5,
)


def region(name: str, box: tuple[int, int, int, int], *class_maps: ClassMap) -> Defect:
    return Defect(name, 0.8, box, None, box[2] * box[3], class_maps=class_maps)


def instance(box: tuple[int, int, int, int], class_index: int = 0, mask=None) -> FoundInstance:
    x, y, w, h = box
    return FoundInstance(class_index, 0.9, (x, y, x + w, y + h), mask, box)


def test_an_instance_is_a_defect_with_its_place_and_size_on_the_strip():
    mask = np.ones((4, 10), bool)
    mask[0, 0] = False
    (defect,) = outlined([], [instance((20, 6, 10, 4), 1, mask)], FRAME, CLASSES)
    assert (defect.class_name, defect.score, defect.box) == ("streak", 0.9, (20, 6, 10, 4))
    assert (defect.area_px, defect.area_mm2) == (39, 39.0)
    assert (defect.length_mm, defect.width_mm) == pytest.approx((8.0, 5.0))
    assert (defect.along_mm, defect.across_mm) == (1012.0, 10.0)
    whole = mask_from_coco(defect.mask)
    assert whole.shape == FRAME.pixels.shape
    assert np.array_equal(whole[6:10, 20:30], mask) and whole.sum() == 39
    assert defect.as_json()["length_mm"] == 8.0


def test_without_a_mask_it_is_measured_by_its_box():
    (defect,) = outlined([], [instance((20, 6, 10, 4))], FRAME, CLASSES)
    assert (defect.mask, defect.area_px, defect.area_mm2) == (None, 40, 40.0)


@pytest.mark.parametrize(
    ("name", "box", "explained"),
    [
        ("spot", (0, 0, 20, 20), True),
        ("", (0, 0, 20, 20), True),
        ("streak", (0, 0, 20, 20), False),
        ("spot", (40, 0, 20, 20), False),
        ("spot", (15, 0, 20, 20), False),
    ],
    ids=["its class", "unclassified", "another class", "another place", "beside it"],
)
def test_a_region_that_no_instance_explains_stays(name, box, explained):
    judged = region(name, box)
    defects = outlined([judged], [instance((5, 5, 10, 4))], FRAME, CLASSES)
    assert (judged not in defects) is explained
    assert defects[0].box == (5, 5, 10, 4)


def test_it_explains_the_region_and_not_only_the_box_in_it():
    heat = ClassMap((0, 0, 50, 40), np.eye(2, dtype=np.uint8))
    judged = region("spot", (0, 0, 4, 4), heat)
    assert len(outlined([judged], [instance((30, 30, 5, 5))], FRAME, CLASSES)) == 1


def test_without_instances_the_verdict_keeps_its_regions():
    judged = [region("spot", (0, 0, 20, 20)), region("streak", (40, 0, 20, 20))]
    assert outlined(judged, [], FRAME, CLASSES) == tuple(judged)
