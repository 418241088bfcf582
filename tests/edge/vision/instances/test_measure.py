"""Sizes and places of drawn defects, in millimetres."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from edge.vision.instances.found_instance import FoundInstance
from edge.vision.instances.measure import measure


def found(mask, x=0, y=0) -> FoundInstance:
    height, width = mask.shape
    return FoundInstance(0, 0.9, (x, y, x + width, y + height), mask, (x, y, width, height))


def measured(instance, across=1.0, along=1.0, position=0.0):
    return measure(instance, mm_per_px_across=across, mm_per_line=along, position_mm=position)


def scratch(angle: float, length: float, width: float) -> np.ndarray:
    """A filled rectangle at an angle (degrees), in pixels, cut to what it covers."""
    canvas = np.zeros((400, 400), np.uint8)
    corners = cv2.boxPoints(((200, 200), (length, width), angle))
    cv2.fillPoly(canvas, [np.round(corners).astype(int)], 1)
    x, y, w, h = cv2.boundingRect(canvas)
    return canvas[y : y + h, x : x + w].astype(bool)


@pytest.mark.parametrize("angle", [0, 30, 45, 60, 90, 135])
def test_a_diagonal_scratch_has_its_length_and_width(angle):
    measures = measured(found(scratch(angle, 200, 12)))
    assert measures.length_mm == pytest.approx(200, abs=3)
    assert measures.width_mm == pytest.approx(12, abs=3)
    assert measures.area_px == pytest.approx(200 * 12, rel=0.15)


def test_lines_longer_than_columns_are_wide_count_for_more():
    """At 45 degrees in pixels, a line of 2 mm and a column of 0.5 mm make it steep."""
    measures = measured(found(np.eye(100, dtype=bool)), across=0.5, along=2.0)
    assert measures.length_mm == pytest.approx(math.hypot(50, 200), rel=0.01)
    assert measures.width_mm < 2
    assert measures.area_mm2 == pytest.approx(100 * 0.5 * 2.0)


@pytest.mark.parametrize("masked", [True, False])
def test_an_upright_rectangle_is_measured_whole(masked):
    mask = np.ones((40, 6), bool)
    instance = FoundInstance(0, 0.9, (0, 0, 6, 40), mask if masked else None, (100, 8, 6, 40))
    measures = measured(instance, across=0.5, along=0.25, position=1000.0)
    assert measures.area_px == 240 and measures.area_mm2 == 30
    assert (measures.length_mm, measures.width_mm) == pytest.approx((10, 3))
    assert (measures.along_mm, measures.across_mm) == (1002.0, 50.0)


@pytest.mark.parametrize("mask", [np.ones((1, 1), bool), np.zeros((1, 1), bool)])
def test_a_single_pixel_has_a_size(mask):
    measures = measured(found(mask))
    assert (measures.length_mm, measures.width_mm) == pytest.approx((1, 1))


def test_every_pixel_lies_in_the_rectangle():
    """Of two blobs apart, the length is that of both."""
    mask = np.zeros((5, 50), bool)
    mask[2, 0] = mask[2, 49] = True
    measures = measured(found(mask))
    assert measures.length_mm == pytest.approx(50) and measures.width_mm == pytest.approx(1)
