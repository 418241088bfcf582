"""A camera's loss and return are said once each."""

from __future__ import annotations

from dataclasses import replace

from edge.core.events import EventKind
from edge.core.frame import Absence, BadFrame
from edge.core.inspection import Cause
from edge.line.camera_events import CameraEvents
from tests.edge.fakes import frame, strip
from tests.edge.line.takes import captured


def absent(order, *, missing_mm=0.0, stands=False):
    gone = captured(
        Absence(0.0, "gate 3", "camera lost", "no answer"), order, missing_mm=missing_mm
    )
    return replace(gone, place=replace(gone.place, stands=stands))


def bad(order, cause):
    return captured(BadFrame(order, 0.0, "gate 3", cause), order)


def told(*items):
    events = CameraEvents()
    return [event for item in items for event in events.events_for(item)]


def test_a_loss_is_said_once_and_the_return_with_what_passed():
    lost, back = told(
        captured(frame(strip()), 0),
        absent(1, missing_mm=2000.0),
        absent(2, missing_mm=3000.0),
        captured(frame(strip()), 3, missing_mm=500.0, lost=True),
        captured(frame(strip()), 4),
    )
    assert (lost.kind, back.kind) == (EventKind.CAMERA_LOST, EventKind.CAMERA_BACK)
    assert "gate 3" in lost.text and "no answer" in lost.text
    assert "5.5 m passed uninspected" in back.text


def test_a_camera_is_not_lost_while_the_strip_is_known_to_stand():
    assert told(absent(0, stands=True), captured(frame(strip()), 1)) == []


def test_one_unreadable_frame_is_no_event():
    assert told(bad(0, Cause.UNREADABLE), bad(1, Cause.WRONG_SIZE)) == []


def test_an_unreadable_frame_is_a_return_too():
    lost, back = told(absent(0), bad(1, Cause.UNREADABLE))
    assert (lost.kind, back.kind) == (EventKind.CAMERA_LOST, EventKind.CAMERA_BACK)


def test_how_long_it_was_away_is_told_by_the_steady_clock():
    """The time service may have set the other one meanwhile."""
    gone, seen = absent(0), captured(frame(strip()), 1)
    gone = replace(gone, item=replace(gone.item, taken_at=100.0, at=12.0))
    seen = replace(seen, item=replace(seen.item, taken_at=142.0, at=1.8e9))
    lost, back = told(gone, seen)
    assert "after 42.0 s" in back.text and (lost.at, back.at) == (12.0, 1.8e9)
