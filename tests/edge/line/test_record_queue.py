"""What waits for the outputs keeps its order and is bounded, where a sink is stuck."""

from __future__ import annotations

import re

from edge.core.events import EventKind
from edge.core.run_figures import RunFigures
from edge.line import record_queue
from edge.line.record_queue import RecordQueue
from edge.line.reorder_buffer import FinalRecord
from tests.edge.clock import FakeClock
from tests.edge.line.takes import BAD, record

NOW = 0.0
"""A time that has passed: what is there is given, and nothing waited for."""


def made(**settings):
    heard, figures = [], RunFigures()
    queue = RecordQueue(figures, hear=heard.append, clock=FakeClock(), **settings)
    return queue, figures, heard


def waiting(queue):
    """The orders of the records that wait, and "…" for each event."""
    return [e.order if isinstance(e, FinalRecord) else "…" for e in queue._backlog]


def with_pixels(queue):
    return [r.order for r in queue._buffer._holding]


def test_records_come_out_in_order_with_what_is_told_in_between():
    queue, _, _ = made()
    assert [queue.next_order() for _ in range(3)] == [0, 1, 2]
    queue.begin_coil("B")
    queue.put(record(1))
    assert queue.next(NOW) is None
    queue.put(record(0))
    assert [queue.next(NOW).order for _ in range(2)] == [0, 1]
    queue.put(record(2))
    assert [queue.next(NOW).order, queue.next(NOW).coil] == [2, "B"]
    assert not queue.ended
    queue.close()
    assert queue.ended


def test_the_worked_example_is_true():
    """Each row of the module's table, as a queue of that size does it."""
    rows = re.findall(r"^(\d)  +((?:\d ?)+?)  +((?:\d ?)+)(?:  |$)", record_queue.__doc__, re.M)
    assert [row[0] for row in rows] == ["1", "2", "3", "4", "5", "6"]
    queue, _, heard = made(pixels=3, backlog=4)
    queue.put(record(0))
    stuck_on = queue.next(NOW)
    for frame, *shown in rows:
        queue.put(record(int(frame), BAD if frame == "1" else None))
        found = [" ".join(map(str, orders)) for orders in (waiting(queue), with_pixels(queue))]
        assert found == [text.strip() for text in shown], frame
    queue.forget(stuck_on)
    for _ in range(3):
        queue.forget(queue.next(NOW))
    queue.put(record(7))
    assert waiting(queue) == [4, "…", 7]
    assert "2 frames" in heard[0].text


def test_a_stuck_sink_costs_pixels_then_records_and_says_so():
    queue, figures, heard = made(pixels=4, backlog=20)
    for order in range(101):
        queue.put(record(order, BAD if order == 50 else None))
        if order == 0:
            stuck_on = queue.next(NOW)
    assert figures.as_json()["frames"] == 101
    assert figures.as_json()["defective_frames"] == 1
    assert waiting(queue) == list(range(1, 21))
    assert len(with_pixels(queue)) == 4
    queue.forget(stuck_on)
    for _ in range(20):
        queue.forget(queue.next(NOW))
    queue.put(record(101))
    event, last = queue.next(NOW), queue.next(NOW)
    assert event.kind is EventKind.STORAGE
    assert "80 frames (0.8 m, 1 of them defective)" in event.text
    assert heard == [event]
    assert last.order == 101
    assert queue.last_event() is None


def test_what_was_dropped_to_the_end_is_told_at_the_end():
    queue, _, heard = made(backlog=1)
    for order in range(3):
        queue.put(record(order))
    queue.close()
    event = queue.last_event()
    assert "2 frames" in event.text and heard == [event]
    assert queue.last_event() is None


def test_the_begin_of_a_coil_is_never_dropped():
    queue, _, _ = made(backlog=2)
    for _ in range(4):
        queue.put(record(queue.next_order()))
    queue.begin_coil("B")
    assert waiting(queue) == [0, 1, 4]


def test_defective_pixels_outlast_clean_ones():
    queue, _, _ = made(pixels=3, backlog=100)
    for order in range(30):
        queue.put(record(order, BAD if order in {3, 4} else None))
    assert with_pixels(queue) == [3, 4, 29]


def test_a_camera_that_waits_is_told_to_and_loses_nothing():
    queue, _, heard = made(pixels=3, waits=True)
    for order in range(3):
        assert not queue.full
        queue.put(record(order))
    assert queue.full
    queue.forget(queue.next(NOW))
    assert not queue.full
    assert waiting(queue) == [1, 2] and heard == []
