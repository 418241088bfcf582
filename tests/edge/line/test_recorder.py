"""Recording has a thread of its own, keeps order, ticks, and is bounded where a sink is stuck."""

from __future__ import annotations

import threading
import time

import pytest

from edge.core.coverage import Gap
from edge.core.errors import UnwritableError
from edge.core.events import Event, EventKind
from edge.core.inspection import Cause
from edge.core.run_figures import RunFigures
from edge.line import recorder as recorder_module
from edge.line.fanout import Fanout
from edge.line.recorder import Recorder
from edge.line.reorder_buffer import SettledRecord
from tests.edge.line.takes import BAD, Kept, Stuck, record, until


@pytest.fixture
def start():
    started = []

    def make(sink, **settings):
        heard = []
        figures = RunFigures()
        writer = Fanout([sink], hear=heard.append)
        made = Recorder(writer, figures, hear=heard.append, **settings)
        made.start()
        started.append((made, sink))
        return made, figures, heard

    yield make
    for made, sink in started:
        if isinstance(sink, Stuck):
            sink.go.set()
        if made._thread.is_alive():
            made.close()


def test_frames_are_written_in_order_in_one_thread(start):
    kept = Kept()
    recorder, figures, _ = start(kept)
    for order in (2, 0, 3, 1):
        recorder.put(record(order))
    recorder.close()
    assert kept.frames == [0, 1, 2, 3]
    assert kept.threads == {"recorder"}
    assert kept.closed
    assert figures.as_json()["frames"] == 4


def test_gaps_and_events_are_told_in_between(start):
    kept = Kept()
    recorder, figures, _ = start(kept)
    gap = Gap(10.0, 20.0, Cause.CAMERA_LOST, 2, 0.0)
    recorder.put(record(0))
    recorder.tell(Event(EventKind.CAMERA_LOST, "gone"))
    recorder.put(SettledRecord(1, gap=gap, missing=2))
    recorder.put(record(2))
    recorder.close()
    assert [kind for kind, _ in kept.told] == ["frame", "event", "gap", "frame"]
    assert figures.as_json()["gaps"] == 2
    assert figures.as_json()["uninspected_by_cause"] == {"camera lost": 20.0}


def test_sinks_tick_while_nothing_comes(start):
    kept = Kept()
    start(kept)
    started = time.monotonic()
    until(lambda: kept.ticks >= 4)
    assert time.monotonic() - started < 10


def test_a_sink_that_fails_is_said_once_and_nothing_waits_for_it(start):
    class Full(Kept):
        def write(self, inspection, frame):
            raise UnwritableError("no space")

    sink = Full()
    recorder, figures, _ = start(sink)
    for order in range(100):
        recorder.put(record(order))
    until(lambda: recorder._fault is not None)
    with pytest.raises(UnwritableError, match="no space"):
        recorder.check()
    recorder.check()
    recorder.close()
    assert sink.closed
    assert figures.as_json()["frames"] == 100


def test_what_fails_at_the_very_end_is_said_too(start):
    class Late(Kept):
        def close(self):
            raise UnwritableError("the last page is lost")

    recorder, _, _ = start(Late())
    with pytest.raises(UnwritableError, match="last page"):
        recorder.close()


def test_beside_a_live_camera_a_stuck_sink_costs_pixels_then_records_and_says_so(start):
    stuck = Stuck()
    recorder, figures, heard = start(stuck, pixels=4, backlog=20)
    recorder.put(record(0))
    assert stuck.reached.wait(20)
    for order in range(1, 101):
        recorder.put(record(order, BAD if order == 50 else None))
    assert figures.as_json()["frames"] == 101
    assert figures.as_json()["defective_frames"] == 1
    assert len(recorder._backlog) <= 21
    held = [r for r in recorder._backlog if r.frame is not None]
    assert len(held) <= 4
    stuck.go.set()
    until(lambda: not recorder._backlog)
    recorder.put(record(101))
    recorder.close()
    (event,) = stuck.of("event")
    assert event.kind is EventKind.STORAGE
    assert "80 frames (0.8 m, 1 of them defective)" in event.text
    assert heard == [event]
    assert stuck.frames == [*range(21), 101]


def test_defective_pixels_outlast_clean_ones(start):
    stuck = Stuck()
    recorder, _, _ = start(stuck, pixels=3, backlog=100)
    recorder.put(record(0))
    assert stuck.reached.wait(20)
    for order in range(1, 30):
        recorder.put(record(order, BAD if order in {3, 4} else None))
    with_pixels = {r.order for r in recorder._backlog if r.frame is not None}
    assert {3, 4} <= with_pixels and len(with_pixels) <= 3


def test_a_camera_that_waits_is_told_to(start):
    stuck = Stuck()
    recorder, _, heard = start(stuck, pixels=3, waits=True)
    for order in range(3):
        assert not recorder.full
        recorder.put(record(order))
    assert recorder.full
    stuck.go.set()
    until(lambda: not recorder.full)
    recorder.close()
    assert stuck.frames == [0, 1, 2]
    assert heard == []


def test_at_the_end_a_sink_that_writes_on_is_waited_for_and_a_stuck_one_is_not(start, monkeypatch):
    monkeypatch.setattr(recorder_module, "_PATIENCE_S", 0.3)

    class Slow(Kept):
        def write(self, inspection, frame):
            time.sleep(0.1)
            super().write(inspection, frame)

    slow = Slow()
    recorder, _, _ = start(slow)
    for order in range(6):
        recorder.put(record(order))
    recorder.close()
    assert slow.frames == list(range(6))

    stuck = Stuck()
    recorder, _, _ = start(stuck)
    recorder.put(record(0))
    with pytest.raises(UnwritableError, match="stuck"):
        recorder.close()


def test_frames_may_settle_in_any_thread(start):
    kept = Kept()
    recorder, figures, _ = start(kept)

    def put(first):
        for order in range(first, 400, 4):
            recorder.put(record(order))

    threads = [threading.Thread(target=put, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recorder.close()
    assert kept.frames == list(range(400))
    assert figures.as_json()["coverage"]["passed_mm"] == 4000.0
