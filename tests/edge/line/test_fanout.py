"""Sinks hear of coils, frames and defects in an order that they can store as it comes."""

from __future__ import annotations

import pytest

from edge.coil.tracker import CoilTracker
from edge.core.coverage import Gap
from edge.core.errors import UnwritableError
from edge.core.events import Event, EventKind
from edge.core.inspection import Cause
from edge.line.fanout import Fanout
from edge.line.reorder_buffer import FinalRecord
from tests.edge.line.takes import BAD, Kept, record


def told(kept):
    """What a sink was told: frame numbers, classes of defects, kinds of events."""
    names = {
        "frame": lambda i: i.frame,
        "defect": lambda d: d.class_name,
        "event": lambda e: e.kind.value,
        "gap": lambda g: g.length_mm,
    }
    return [names[kind](what) for kind, what in kept.told]


def written(*records, tracker=None):
    kept, heard = Kept(), []
    writer = Fanout([kept], hear=heard.append, tracker=tracker)
    for each in records:
        if isinstance(each, Event):
            writer.tell(each)
        else:
            writer.write(each)
    writer.finish()
    writer.close()
    return kept, heard


def test_a_coil_begins_before_its_frames_and_ends_after_its_defects():
    kept, heard = written(
        record(0), record(1, BAD), record(2), tracker=CoilTracker("4711", touch_mm=1.0)
    )
    assert told(kept) == ["coil began", 0, 1, "spot", 2, "coil ended"]
    assert {i.coil for i in kept.of("frame")} == {d.coil for d in kept.of("defect")} == {"4711"}
    assert [event.kind for event in heard] == [EventKind.COIL_BEGAN, EventKind.COIL_ENDED]


def test_a_defect_at_the_end_of_a_run_is_told_with_its_coil():
    low = BAD.copy()
    low[-1, :20] = 220
    kept, _ = written(record(0, low), tracker=CoilTracker("4711"))
    assert told(kept)[-2:] == ["spot", "coil ended"]


def test_a_coil_begins_and_ends_by_command_from_the_next_frame_on():
    kept, _ = written(
        record(0),
        FinalRecord(1, coil="B"),
        record(2),
        FinalRecord(3, coil=""),
        record(4),
        tracker=CoilTracker("A"),
    )
    assert told(kept) == ["coil began", 0, "coil ended", "coil began", 2, "coil ended", 4]
    assert [i.coil for i in kept.of("frame")] == ["A", "B", ""]
    assert [e.coil for e in kept.of("event")] == ["A", "A", "B", "B"]


def test_gaps_and_events_carry_the_coil_that_they_are_about():
    gap = Gap(10.0, 20.0, Cause.CAMERA_LOST, 2, 0.0)
    lost = Event(EventKind.CAMERA_LOST, "gone")
    kept, _ = written(record(0), lost, FinalRecord(1, gap=gap), tracker=CoilTracker("A"))
    assert told(kept)[:4] == ["coil began", 0, "camera lost", 20.0]
    assert kept.of("gap")[0].coil == "A"
    assert kept.of("event")[1].coil == "A"


def test_without_a_tracker_frames_go_as_they_are():
    kept, heard = written(record(0, BAD), FinalRecord(1, coil="B"))
    assert told(kept) == [0]
    assert kept.of("frame")[0].coil == ""
    assert heard == []


def test_one_sink_that_cannot_be_closed_keeps_no_other_open():
    class Broken(Kept):
        def close(self):
            raise OSError(28, "No space left on device")

    kept = Kept()
    try:
        Fanout([Broken(), kept], hear=lambda _: None).close()
    except OSError as error:
        assert error.errno == 28
    else:
        raise AssertionError("the fault was swallowed")
    assert kept.closed


class Failing(Kept):
    """Fails when it is closed, and tells of something before that."""

    def __init__(self, name, report):
        super().__init__()
        self.name = name
        self.report = report

    def close(self):
        super().close()
        self.report(Event(EventKind.STORAGE, f"{self.name} has lost its last row"))
        raise UnwritableError(f"{self.name} is full")


def test_what_sinks_tell_at_their_end_is_heard_by_those_that_are_still_open():
    told, heard = [], []
    log, first, second = Kept(), Failing("first", told.append), Failing("second", told.append)
    last = Kept()

    def given():
        given, told[:] = list(told), []
        return given

    fanout = Fanout([log, first, second, last], hear=heard.append)
    with pytest.raises(UnwritableError, match="second is full"):
        fanout.close(given)
    assert [event.text for event in log.of("event")] == [
        "second has lost its last row",
        "at the end of the run: first is full. " + UnwritableError.default_hint,
        "first has lost its last row",
    ]
    assert len(first.of("event")) == 1 and last.of("event") == []
    assert len(heard) == 1
    assert all(sink.closed for sink in (log, first, second, last))
    fanout.close(given)
