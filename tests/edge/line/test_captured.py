"""What was captured keeps its place, whatever becomes of its pixels."""

from __future__ import annotations

import pytest

from edge.core.frame import Absence, BadFrame
from edge.core.inspection import Cause, uninspected
from tests.edge.clock import FakeClock
from tests.edge.fakes import frame, strip
from tests.edge.line.takes import captured


def test_without_its_pixels_it_is_a_bad_frame_as_long_as_it_was():
    whole = captured(frame(strip(height=33), 7), 4)
    bad = whole.without_pixels(Cause.LATE)
    assert (bad.item.number, bad.item.cause, bad.item.lines) == (7, "late", 33)
    assert (bad.order, bad.place, bad.item.at) == (whole.order, whole.place, whole.item.at)
    assert whole.has_pixels and not bad.has_pixels
    assert bad.without_pixels(Cause.DROPPED) is bad


@pytest.mark.parametrize("given_up", [False, True])
def test_an_inspection_has_the_place_and_time_of_its_frame(given_up):
    seen = captured(frame(strip()), 3)
    item = seen.without_pixels(Cause.LATE).item if given_up else seen.item
    inspection = uninspected(item, Cause.LATE)
    place = (inspection.position_mm, inspection.length_mm, inspection.at)
    assert place == (30.0, 10.0, seen.item.at)


def test_a_frame_that_was_read_ahead_is_captured_when_its_turn_comes():
    clock = FakeClock()
    read_ahead = captured(frame(strip(), 0, clock), clock=clock)
    clock.advance(2.0)
    now = read_ahead.retimed(clock)
    assert now.item.taken_at == read_ahead.item.taken_at + 2.0 == clock.now()
    assert now.item.at == clock.wall()
    assert now.item.position_mm == read_ahead.item.position_mm


@pytest.mark.parametrize(
    ("item", "lost", "cause"),
    [
        (BadFrame(0, 0.0, "x", "black"), False, Cause.DROPPED),
        (BadFrame(0, 0.0, "x", "black"), True, Cause.CAMERA_LOST),
        (Absence(0.0, "x", "frozen"), True, Cause.FROZEN),
    ],
)
def test_a_gap_lies_before_it_and_has_a_cause(item, lost, cause):
    gap = captured(item, 5, missing_mm=20.0, lost=lost).gap()
    assert (gap.position_mm, gap.length_mm, gap.frames, gap.cause) == (30.0, 20.0, 2, cause)
    assert captured(item, 5).gap() is None
