"""Regions cover the frame, and training may step more finely."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.core.errors import ImageError
from edge.core.geometry import Geometry

sides = st.integers(1, 40)


@given(sides, sides, sides, sides)
def test_regions_cover_every_pixel_and_stay_inside(height, width, region_height, region_width):
    geometry = Geometry((region_width, region_height), (region_width, region_height))
    if region_width > width or region_height > height:
        with pytest.raises(ImageError, match="smaller than a region"):
            geometry.boxes(height, width)
        return
    seen = np.zeros((height, width), bool)
    for x, y, w, h in geometry.boxes(height, width):
        assert (w, h) == (region_width, region_height)
        assert 0 <= x <= width - w and 0 <= y <= height - h
        seen[y : y + h, x : x + w] = True
    assert seen.all()


def test_a_frame_without_regions_is_one() -> None:
    assert Geometry(None, (256, 256)).boxes(48, 64) == [(0, 0, 64, 48)]


def test_a_stride_steps_more_finely_and_ends_at_the_border() -> None:
    boxes = Geometry((40, 20), (40, 20)).boxes(20, 90, stride=(20, 20))
    assert [x for x, *_ in boxes] == [0, 20, 40, 50]
