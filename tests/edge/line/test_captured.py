"""What was taken keeps its place, whatever becomes of its pixels."""

from __future__ import annotations

import time

import pytest

from edge.core.frame import Absence, BadFrame
from edge.core.inspection import Cause, uninspected
from tests.edge.fakes import frame, strip
from tests.edge.line.takes import taken


def test_given_up_it_is_a_bad_frame_as_long_as_it_was():
    whole = taken(frame(strip(height=33), 7), 4)
    bad = whole.given_up(Cause.LATE)
    assert (bad.item.number, bad.item.cause, bad.item.lines) == (7, "late", 33)
    assert (bad.order, bad.place, bad.at) == (whole.order, whole.place, whole.at)
    assert whole.waits and not bad.waits
    assert bad.given_up(Cause.DROPPED) is bad


def test_an_inspection_gets_place_and_time():
    seen = taken(frame(strip()), 3)
    inspection = seen.placed(uninspected(seen.item, Cause.LATE))
    assert (inspection.position_mm, inspection.length_mm, inspection.at) == (30.0, 10.0, seen.at)


def test_a_frame_that_was_read_ahead_is_taken_when_its_turn_comes():
    read_ahead = taken(frame(strip()))
    time.sleep(0.01)
    assert read_ahead.now().item.taken_at >= read_ahead.item.taken_at + 0.01


@pytest.mark.parametrize(
    ("item", "lost", "cause"),
    [
        (BadFrame(0, 0.0, "x", "black"), False, Cause.DROPPED),
        (BadFrame(0, 0.0, "x", "black"), True, Cause.CAMERA_LOST),
        (Absence(0.0, "x", "frozen"), True, Cause.FROZEN),
    ],
)
def test_a_gap_lies_before_it_and_has_a_cause(item, lost, cause):
    gap = taken(item, 5, missing_mm=20.0, lost=lost).gap()
    assert (gap.position_mm, gap.length_mm, gap.frames, gap.cause) == (30.0, 20.0, 2, cause)
    assert taken(item, 5).gap() is None
