"""Labels stand where they hide neither their defect, nor another, nor one another."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.sinks.label_layout import LabelLayout

GREY, INK = 90, (10, 200, 250)


def written(*boxes, within=False, shape=(256, 800)):
    picture = np.full((*shape, 3), GREY, np.uint8)
    labels = LabelLayout(picture, boxes)
    places = []
    for box in boxes:
        before = picture.copy()
        labels.write("class 1 93%", box, INK, within=within)
        rows, columns = np.nonzero((picture != before).any(axis=2))
        places.append((rows.min(), rows.max() + 1, columns.min(), columns.max() + 1))
    return picture, places


@pytest.mark.parametrize(
    ("box", "side"),
    [
        ((300, 100, 40, 20), "above"),
        ((300, 0, 40, 20), "below"),
        ((300, 0, 40, 256), "right"),
        ((700, 0, 100, 256), "left"),
    ],
)
def test_above_or_wherever_there_is_room(box, side):
    picture, [(top, bottom, left, right)] = written(box)
    x, y, w, h = box
    assert {
        "above": bottom <= y,
        "below": top >= y + h,
        "right": left >= x + w,
        "left": right <= x,
    }[side]
    assert (picture == INK).all(axis=2).any()


def test_a_region_may_hold_its_label():
    _, [(top, bottom, left, right)] = written((200, 0, 200, 256), within=True)
    assert (top, left) == (4, 200) and bottom < 60 and right < 400


def test_labels_of_neighbours_do_not_cover_one_another():
    boxes = [(300, 100, 20, 20), (330, 105, 20, 20), (360, 95, 20, 20)]
    picture, places = written(*boxes)
    for i, (top, bottom, left, right) in enumerate(places):
        for other in places[:i]:
            assert bottom <= other[0] or top >= other[1] or right <= other[2] or left >= other[3]
    assert all((picture[y : y + h, x : x + w] == GREY).all() for x, y, w, h in boxes)


@given(st.integers(-5, 800), st.integers(-5, 256), st.integers(1, 900), st.integers(1, 300))
def test_a_label_always_lies_in_the_picture(x, y, w, h):
    picture, _ = written((x, y, w, h))
    assert (picture == INK).all(axis=2).any()
