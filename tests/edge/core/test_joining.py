"""Regions of a class become defects: what joins them, and what box they get."""

from __future__ import annotations

import numpy as np

from edge.core.class_map import ClassMap
from edge.core.joining import DefectiveRegion, join_touching

LEFT, RIGHT, FAR = (0, 0, 20, 10), (20, 0, 20, 10), (60, 0, 20, 10)


def hot(region, *columns) -> DefectiveRegion:
    """A region whose class map fills some of its twenty columns."""
    levels = np.zeros((10, 20), np.uint8)
    levels[:, columns] = 255
    return DefectiveRegion(region, 0.5, ClassMap(region, levels))


def test_without_a_class_map_the_box_is_the_regions():
    found = [DefectiveRegion(LEFT, 0.6), DefectiveRegion(RIGHT, 0.8), DefectiveRegion(FAR, 0.7)]
    defects = join_touching("spot", found)
    assert [(d.box, d.score, d.area_px, d.class_maps) for d in defects] == [
        ((0, 0, 40, 10), 0.8, 400, ()),
        (FAR, 0.7, 200, ()),
    ]


def test_regions_that_touch_are_one_defect_though_their_boxes_do_not():
    (defect,) = join_touching("spot", [hot(LEFT, 3, 4), hot(RIGHT, 10)])
    assert defect.box == (3, 0, 28, 10)
    assert defect.area_px == 2 * 10 + 1 * 10
    assert [class_map.region for class_map in defect.class_maps] == [LEFT, RIGHT]


def test_a_region_without_a_class_map_counts_whole():
    (defect,) = join_touching("spot", [hot(LEFT, 3, 4), DefectiveRegion(RIGHT, 0.9)])
    assert (defect.box, defect.area_px, len(defect.class_maps)) == ((3, 0, 37, 10), 220, 1)
