"""The defect map: each defect in its place and colour, and what was not inspected hatched."""

from __future__ import annotations

import numpy as np
import pytest

from edge.coil.map import draw_map
from edge.coil.map_legend import LEVELS
from edge.coil.stretch import Stretch
from edge.core.inspection import Cause, Level
from edge.core.palette import colour
from tests.edge.coil.strip import coil_defect

CLASSES = ("scratch", "pit")
STEEL = LEVELS[Level.FULL]


def plot(picture):
    """What lies below the legend: from the first line on that is strip or hatched for the most."""
    white = (picture == 255).all(axis=2).mean(axis=1)
    return picture[int(np.flatnonzero(white < 0.5)[0]) :]


def marks(picture, class_name):
    """Lines and columns of a class's colour in the plot."""
    return np.argwhere((plot(picture) == colour(class_name, CLASSES)).all(axis=2))


def strip_columns(picture):
    """The first and the last column of the strip's first row."""
    columns = np.flatnonzero((plot(picture)[20] == STEEL).all(axis=1))
    return int(columns[0]), int(columns[-1])


def test_a_defect_is_drawn_where_it_lies_on_the_coil():
    start = 70_000.0
    scratch = coil_defect(along_mm=start + 2500, length_mm=5000, across_mm=400, width_mm=200)
    strip = [Stretch(start, 10_000, Level.FULL)]
    picture = draw_map("A", [scratch], strip, classes=CLASSES, width_mm=800)
    (top, left), (bottom, right) = (f(marks(picture, "scratch"), axis=0) for f in (np.min, np.max))
    first, last = strip_columns(picture)
    assert (left - first) / (last - first) == pytest.approx(0.25, abs=0.01)
    assert (right - first) / (last - first) == pytest.approx(0.75, abs=0.01)
    assert bottom - top == pytest.approx(0.2 * (right - left) * 0.2, abs=4)


def test_a_pit_of_5_mm_is_seen_on_2_km_of_strip():
    pit = coil_defect(
        name="pit", along_mm=1_234_000, length_mm=5, across_mm=995, width_mm=5, area_mm2=25
    )
    strip = [Stretch(0, 2_000_000, Level.FULL)]
    picture = draw_map("A", [pit], strip, classes=CLASSES, width_mm=1000)
    assert len(marks(picture, "pit")) >= 7 * 7
    assert picture.shape[0] < 3000


def test_small_defects_are_drawn_over_large_ones():
    pit = coil_defect(name="pit", along_mm=5000, length_mm=5, across_mm=300, width_mm=5)
    patch = coil_defect(along_mm=4000, length_mm=2000, across_mm=100, width_mm=400)
    picture = draw_map("A", [pit, patch], [Stretch(0, 10_000, Level.FULL)], classes=CLASSES)
    assert len(marks(picture, "pit")) >= 7 * 7


def test_a_defect_over_the_end_of_a_row_goes_on_in_the_next():
    scratch = coil_defect(along_mm=9_000, length_mm=2_000, across_mm=100, width_mm=100)
    picture = draw_map("A", [scratch], [Stretch(0, 20_000, Level.FULL)], classes=CLASSES)
    columns = marks(picture, "scratch")[:, 1]
    first, last = strip_columns(picture)
    assert columns.min() < first + 20 and columns.max() > last - 20
    assert not ((columns > first + 250) & (columns < last - 250)).any()


@pytest.mark.parametrize("length_mm", [10.0, 20_000.0])
def test_what_was_not_inspected_is_not_drawn_as_if_it_were(length_mm):
    hole = Stretch(1_000_010, length_mm, Level.UNINSPECTED, Cause.CAMERA_LOST)
    whole = [Stretch(0, 2_000_000, Level.FULL)]
    with_hole = plot(draw_map("A", [], [hole, *whole], width_mm=800))
    without = plot(draw_map("A", [], whole, width_mm=800))
    lost = (without == STEEL).all(axis=2).sum() - (with_hole == STEEL).all(axis=2).sum()
    assert lost > 50


def test_levels_have_colours_of_their_own():
    strip = [Stretch(n * 1000, 1000, level) for n, level in enumerate(LEVELS)]
    picture = plot(draw_map("A", [], strip))
    for ink in LEVELS.values():
        assert (picture == ink).all(axis=2).mean() > 0.1


def test_a_class_keeps_its_colour_whatever_else_is_on_the_coil():
    pit = coil_defect(name="pit", along_mm=500, length_mm=100, across_mm=0, width_mm=100)
    other = coil_defect(name="dent", along_mm=100, length_mm=100, across_mm=0, width_mm=100)
    strip = [Stretch(0, 1000, Level.FULL)]
    for defects in ([pit], [pit, other]):
        assert len(marks(draw_map("A", defects, strip, classes=CLASSES), "pit"))
    picture = draw_map("A", [pit, other], strip, classes=CLASSES)
    assert (plot(picture) == colour("dent", (*CLASSES, "dent"))).all(axis=2).any()


def test_what_inspected_the_coil_stands_above_the_legend():
    strip = [Stretch(0, 1000, Level.FULL)]
    plain, told = (draw_map("A", [], strip, origin=text) for text in ("", "by bundle mine"))
    assert told.shape[0] > plain.shape[0]
    np.testing.assert_array_equal(plot(told), plot(plain))


@pytest.mark.parametrize(
    ("name", "defects", "strip"),
    [
        ("", [], []),
        ("Ł-17 " + "x" * 200, [coil_defect()], []),
        ("A", [coil_defect(length_mm=0, width_mm=0)], [Stretch(0, 0, Level.FULL)]),
        ("A", [], [Stretch(-5000, 3000, Level.GATED)]),
    ],
)
def test_odd_coils_are_drawn_too(name, defects, strip):
    picture = draw_map(name, defects, strip)
    assert picture.dtype == np.uint8 and picture.shape[1:] == (1920, 3)
    assert (picture[:110] < 128).any()
