"""Masks at the frame's own pixels, and which pieces are one defect."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.vision.instances.found_instance import FoundInstance
from edge.vision.instances.outline import (
    join_touching,
    paste,
    pixels_of,
)

HEIGHT, WIDTH = 100, 200
number = st.floats(-50, 250)


def piece(x, y, width, height, *, score=0.5, class_index=0, mask=None) -> FoundInstance:
    box = (float(x), float(y), float(x + width), float(y + height))
    return FoundInstance(class_index, score, box, mask, (x, y, width, height))


def masked(x, y, rows, **kwargs) -> FoundInstance:
    """A piece whose mask is drawn in text, # for a pixel."""
    mask = np.array([[character == "#" for character in row] for row in rows])
    return piece(x, y, mask.shape[1], mask.shape[0], mask=mask, **kwargs)


@pytest.mark.parametrize(
    ("corners", "wanted"),
    [
        ((3, 4, 10, 20), (3, 4, 7, 16)),
        ((2.6, 3.5, 10.4, 20.4), (3, 4, 7, 16)),
        ((2.4, 3.4, 10.5, 20.6), (2, 3, 9, 18)),
        ((5.1, 5.1, 5.2, 5.2), (5, 5, 1, 1)),
        ((-9, -9, 300, 300), (0, 0, WIDTH, HEIGHT)),
        ((199.9, 99.9, 200, 100), (199, 99, 1, 1)),
        ((0, 0, 0.1, 0.1), (0, 0, 1, 1)),
    ],
)
def test_a_pixel_is_in_a_box_where_its_centre_is(corners, wanted):
    assert pixels_of(corners, HEIGHT, WIDTH) == wanted


@given(number, number, number, number)
def test_a_piece_lies_in_the_frame(x1, y1, x2, y2):
    x, y, width, height = pixels_of((x1, y1, x2, y2), HEIGHT, WIDTH)
    assert width >= 1 and height >= 1 and x >= 0 and y >= 0
    assert x + width <= WIDTH and y + height <= HEIGHT


def test_a_mask_is_stretched_over_its_box_as_opencv_would():
    probabilities = np.random.default_rng(0).random((28, 28)).astype(np.float32)
    mask, (x, y, width, height) = paste(probabilities, (10, 20, 94, 76), (10, 20, 84, 56))
    whole = np.zeros((100, 200), bool)
    whole[y : y + height, x : x + width] = mask
    wanted = cv2.resize(probabilities, (84, 56), interpolation=cv2.INTER_LINEAR)
    clear = np.abs(wanted - 0.5) > 0.02
    assert (whole[20:76, 10:94] == (wanted >= 0.5))[clear].all()
    assert whole.sum() == mask.sum()


@given(
    st.floats(0, 120), st.floats(0, 60), st.floats(0.6, 80), st.floats(0.6, 40), st.integers(1, 27)
)
def test_half_a_mask_covers_half_its_box_wherever_it_lies(x, y, width, height, columns):
    probabilities = np.zeros((28, 28), np.float32)
    probabilities[:, :columns] = 1
    box = (x, y, x + width, y + height)
    mask, (left, _, wide, _) = paste(probabilities, box, pixels_of(box, HEIGHT, WIDTH))
    if mask.any():
        assert abs(left + wide - (x + width * columns / 28)) <= 0.55
        assert mask.any(axis=0).all() and mask.any(axis=1).all()
    else:
        assert width * columns / 28 < 1


def test_a_mask_cut_by_the_frame_keeps_its_place():
    probabilities = np.zeros((28, 28), np.float32)
    probabilities[:, 14:] = 1
    box = (120.0, 10.0, 220.0, 38.0)
    mask, bounds = paste(probabilities, box, pixels_of(box, HEIGHT, WIDTH))
    assert bounds == (170, 10, 30, 28) and mask.all()


def test_an_empty_mask_keeps_the_whole_piece():
    mask, bounds = paste(np.zeros((28, 28), np.float32), (3, 4, 10, 20), (3, 4, 7, 16))
    assert bounds == (3, 4, 7, 16) and not mask.any() and mask.shape == (16, 7)


@pytest.mark.parametrize(
    ("a", "b", "count"),
    [
        ((0, 0, 10, 10), (10, 0, 10, 10), 1),
        ((0, 0, 10, 10), (9, 9, 10, 10), 1),
        ((0, 0, 10, 10), (10, 9, 10, 10), 1),
        ((0, 0, 10, 10), (10, 10, 10, 10), 2),
        ((0, 0, 10, 10), (11, 0, 10, 10), 2),
    ],
)
def test_boxes_join_where_they_share_a_stretch_of_a_side(a, b, count):
    assert len(join_touching([piece(*a), piece(*b)])) == count
    assert len(join_touching([piece(*a), piece(*b, class_index=1)])) == 2


@pytest.mark.parametrize(
    ("x", "y", "count"), [(2, 0, 1), (2, 2, 1), (-2, 2, 2), (3, 2, 2), (0, 3, 2), (1, 1, 1)]
)
def test_masks_join_where_pixels_are_neighbours(x, y, count):
    """The pieces' boxes may well touch where the pixels do not."""
    diagonal = ["#.", ".#"]
    found = join_touching([masked(20, 20, diagonal), masked(20 + x, 20 + y, diagonal)])
    assert len(found) == count


def test_what_is_joined_keeps_the_best_score_and_bounds_all():
    found = join_touching(
        [
            masked(0, 0, ["##"], score=0.6),
            masked(4, 0, ["##"], score=0.8),
            masked(2, 0, ["#.", ".#"], score=0.7),
            masked(20, 5, ["#"], score=0.9),
        ]
    )
    assert [f.score for f in found] == [0.9, 0.8]
    whole = found[1]
    assert whole.box == (0, 0, 6, 2) and whole.piece == (0, 0, 6, 2)
    assert whole.mask.tolist() == [
        [True, True, True, False, True, True],
        [False, False, False, True, False, False],
    ]


@given(st.permutations(range(6)))
def test_the_order_of_pieces_does_not_matter(order):
    chain = [piece(10 * i, 5 * (i % 2), 10, 10, score=0.1 * i) for i in range(4)]
    apart = [piece(100, 0, 5, 5, score=0.7), piece(100, 50, 5, 5, score=0.9)]
    pieces = [*chain, *apart]
    found = join_touching([pieces[i] for i in order])
    assert [f.piece for f in found] == [(100, 50, 5, 5), (100, 0, 5, 5), (0, 0, 40, 15)]


def test_nothing_joins_to_nothing():
    assert join_touching([]) == []
