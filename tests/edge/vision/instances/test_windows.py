"""Windows hold what is suspicious with its margin, and cost no more than they must."""

from __future__ import annotations

import doctest
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.vision.instances import windows as windows_module
from edge.vision.instances.windows import (
    MARGIN,
    OVERLAP,
    Window,
    cover,
)

FULL, HALF, SQUARE = (1600, 256), (512, 256), (256, 256)
SIZES = [FULL, HALF, SQUARE]


def test_the_worked_example_is_true():
    results = doctest.testmod(windows_module)
    assert results.attempted >= 4 and results.failed == 0


def area(windows, sizes) -> int:
    return sum(sizes[w.size_index][0] * sizes[w.size_index][1] for w in windows)


def held(windows, sizes, width, height) -> np.ndarray:
    seen = np.zeros((height, width), bool)
    for window in windows:
        w, h = sizes[window.size_index]
        seen[window.y : window.y + h, window.x : window.x + w] = True
    return seen


@pytest.mark.parametrize(
    ("suspicious", "wanted"),
    [
        (None, [Window(0, 0, 0)]),
        ([], []),
        ([(600, 100, 100, 50)], [Window(2, 522, 0)]),
        ([(0, 0, 200, 128)], [Window(2, 0, 0)]),
        ([(1400, 128, 200, 128)], [Window(2, 1344, 0)]),
        ([(400, 0, 200, 128)], [Window(1, 244, 0)]),
        ([(0, 0, 200, 128), (1400, 0, 200, 128)], [Window(2, 0, 0), Window(2, 1344, 0)]),
        ([(x, 0, 200, 128) for x in range(0, 1600, 200)], [Window(0, 0, 0)]),
        ([(1590, 250, 300, 300)], [Window(2, 1344, 0)]),
        ([(1700, 0, 50, 50), (0, 300, 50, 50), (10, 10, 0, 5)], []),
    ],
)
def test_a_full_frame(suspicious, wanted):
    assert cover(1600, 256, suspicious, SIZES) == wanted


def test_neighbours_overlap_where_a_frame_needs_several():
    windows = cover(1600, 256, None, [SQUARE])
    starts = [window.x for window in windows]
    assert held(windows, [SQUARE], 1600, 256).all() and len(windows) == 8
    assert all(a + 256 - b >= OVERLAP for a, b in itertools.pairwise(starts))


@pytest.mark.parametrize(("width", "height"), [(200, 200), (30, 256), (256, 10), (1, 1)])
def test_a_frame_smaller_than_a_window_gets_one_at_its_corner(width, height):
    assert cover(width, height, None, SIZES) == [Window(2, 0, 0)]
    assert cover(width, height, [(0, 0, width, height)], SIZES) == [Window(2, 0, 0)]


def test_windows_of_two_heights_go_whichever_way_is_cheaper():
    """Side by side and apart in y, in one row three windows; in two columns one each."""
    regions = [(32, 32, 60, 60), (500, 80, 60, 60)]
    windows = cover(1600, 256, regions, [(128, 128)])
    assert len(windows) == 2
    assert held(windows, [(128, 128)], 1600, 256)[48:172, 468:592].all()


@st.composite
def scenes(draw):
    width, height = draw(st.integers(16, 900)), draw(st.integers(16, 400))
    sides = st.sampled_from([64, 128, 256, 512])
    sizes = draw(st.lists(st.tuples(sides, sides), min_size=1, max_size=3, unique=True))
    number = st.integers(-20, 500)
    regions = draw(
        st.lists(st.tuples(number, number, st.integers(0, 300), st.integers(0, 200)), max_size=5)
    )
    return width, height, regions, sizes


@settings(max_examples=60, deadline=None)
@given(scenes())
def test_every_region_is_held_with_its_margin_and_no_dearer_than_the_frame(scene):
    width, height, regions, sizes = scene
    windows = cover(width, height, regions, sizes)
    seen = held(windows, sizes, width, height)
    for x, y, w, h in regions:
        if w and h and x + w > 0 and y + h > 0:
            rows = slice(max(y - MARGIN, 0), y + h + MARGIN)
            assert seen[rows, max(x - MARGIN, 0) : x + w + MARGIN].all()
    assert area(windows, sizes) <= area(cover(width, height, None, sizes), sizes)
    for window in windows:
        w, h = sizes[window.size_index]
        assert 0 <= window.x <= max(width - w, 0) and 0 <= window.y <= max(height - h, 0)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 11), st.integers(1, 2)), min_size=1, max_size=4),
    st.sampled_from([[(128, 64)], [(128, 64), (256, 64)], [(192, 64), (320, 64), (768, 64)]]),
)
def test_small_regions_in_one_row_cost_the_least_possible(drawn, sizes):
    """Against all partitions of the regions into runs with one window each, where all fit one."""
    regions = sorted((64 * cell, 0, 32 * wide, 64) for cell, wide in drawn)
    spans = [(max(x - MARGIN, 0), min(x + w + MARGIN, 768)) for x, _, w, _ in regions]
    best = float("inf")
    for cuts in itertools.product([False, True], repeat=len(spans) - 1):
        groups = [[spans[0]]]
        for span, cut in zip(spans[1:], cuts, strict=True):
            if cut:
                groups.append([])
            groups[-1].append(span)
        costs = [
            min(
                (w * h for w, h in sizes if w >= max(e for _, e in group) - group[0][0]),
                default=float("inf"),
            )
            for group in groups
        ]
        best = min(best, sum(costs))
    assert area(cover(768, 64, regions, sizes), sizes) <= best
