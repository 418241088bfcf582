"""Recording has a thread of its own, keeps order, ticks, and ends though a sink is stuck."""

from __future__ import annotations

import threading

import pytest

from edge.core.coverage import Gap
from edge.core.errors import UnwritableError
from edge.core.events import Event, EventKind
from edge.core.inspection import Cause
from edge.line.fanout import Fanout
from edge.line.recorder import PATIENCE_S, TICK_S, Recorder
from edge.line.reorder_buffer import FinalRecord
from edge.line.run_state import RunState
from tests.edge.clock import FakeClock, VirtualTime
from tests.edge.line.takes import Kept, Stuck, record, until


@pytest.fixture
def start():
    started = []

    def make(*sinks, clock=None, live=True):
        run = RunState(live=live, clock=clock or FakeClock())
        made = Recorder(run.records, Fanout(sinks, hear=run.events.add), run.clock)
        made.start()
        started.extend((made, sink) for sink in sinks)
        return made, run

    yield make
    for made, sink in started:
        if isinstance(sink, Stuck):
            sink.let_go()
        if made._thread.is_alive():
            made.close()


def test_frames_are_written_in_order_in_one_thread(start):
    kept = Kept()
    recorder, run = start(kept)
    for order in (2, 0, 3, 1):
        run.records.put(record(order))
    recorder.close()
    assert kept.frames == [0, 1, 2, 3]
    assert kept.threads == {"recorder"}
    assert kept.closed
    assert run.figures.as_json()["frames"] == 4


def test_gaps_and_events_are_told_in_between(start):
    kept = Kept()
    recorder, run = start(kept)
    gap = Gap(10.0, 20.0, Cause.CAMERA_LOST, 2, 0.0)
    run.records.put(record(0))
    run.tell(Event(EventKind.CAMERA_LOST, "gone"))
    run.records.put(FinalRecord(1, gap=gap, missing=2))
    run.records.put(record(2))
    recorder.close()
    assert [kind for kind, _ in kept.told] == ["frame", "event", "gap", "frame"]
    assert run.figures.as_json()["gaps"] == 2
    assert run.figures.as_json()["uninspected_by_cause"] == {"camera lost": 20.0}


def test_sinks_tick_while_nothing_comes(start):
    kept, clock = Kept(), FakeClock()
    start(kept, clock=clock)
    for ticks in range(1, 5):
        until(lambda ticks=ticks: kept.ticks == ticks and clock.waiting)
        clock.advance(TICK_S)


@pytest.mark.parametrize("when", ["at a tick", "at the end"])
def test_what_one_sink_has_to_say_all_are_told(start, when):
    class Talking(Kept):
        def tick(self):
            super().tick()
            if self.ticks == 2:
                run.tell(Event(EventKind.SINK, "the broker is away"))

    talking, other, clock = Talking(), Kept(), FakeClock()
    recorder, run = start(other, talking, clock=clock)
    until(lambda: talking.ticks and clock.waiting)
    if when == "at a tick":
        clock.advance(TICK_S)
        until(lambda: other.of("event"))
    recorder.close()
    assert [event.text for event in talking.of("event")] == ["the broker is away"]
    assert talking.of("event") == other.of("event")
    heard = []
    run.events.pass_on(heard.append)
    assert heard == other.of("event")


def test_a_sink_that_fails_is_said_once_and_nothing_waits_for_it(start):
    class Full(Kept):
        def write(self, inspection, frame):
            raise UnwritableError("no space")

    sink = Full()
    recorder, run = start(sink)
    for order in range(100):
        run.records.put(record(order))
    until(lambda: recorder._fault is not None)
    with pytest.raises(UnwritableError, match="no space"):
        recorder.check()
    recorder.check()
    recorder.close()
    assert sink.closed
    assert run.figures.as_json()["frames"] == 100


def test_what_fails_at_the_very_end_is_said_too(start):
    class Late(Kept):
        def close(self):
            raise UnwritableError("the last page is lost")

    recorder, _ = start(Late())
    with pytest.raises(UnwritableError, match="last page"):
        recorder.close()


def test_at_the_end_a_sink_that_writes_on_is_waited_for(start):
    clock = VirtualTime()

    class Slow(Kept):
        def write(self, inspection, frame):
            clock.sleep(0.9 * PATIENCE_S)
            super().write(inspection, frame)

    slow = Slow()
    recorder, run = start(slow, clock=clock)
    for order in range(6):
        run.records.put(record(order))
    recorder.close()
    assert slow.frames == list(range(6))
    assert clock.now() - 1000.0 == pytest.approx(6 * 0.9 * PATIENCE_S)


def test_at_the_end_a_stuck_sink_is_not_waited_for_for_ever(start):
    clock = VirtualTime()
    stuck = Stuck(clock)
    recorder, run = start(stuck, clock=clock)
    for order in range(3):
        run.records.put(record(order))
    with pytest.raises(UnwritableError, match="stuck for 30 s; the last 3 records"):
        recorder.close()
    assert clock.now() - 1000.0 == pytest.approx(PATIENCE_S)


def test_frames_may_become_final_in_any_thread(start):
    kept = Kept()
    recorder, run = start(kept)

    def put(first):
        for order in range(first, 400, 4):
            run.records.put(record(order))

    threads = [threading.Thread(target=put, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recorder.close()
    assert kept.frames == list(range(400))
    assert run.figures.as_json()["coverage"]["passed_mm"] == 4000.0


def test_what_an_output_tells_when_it_is_closed_reaches_the_others(start):
    class Telling(Kept):
        def close(self):
            super().close()
            run.tell(Event(EventKind.STORAGE, "the last row is lost"))

    log, heard = Kept(), []
    recorder, run = start(log, Telling())
    recorder.close()
    run.events.pass_on(heard.append)
    assert [event.text for event in log.of("event")] == ["the last row is lost"]
    assert [event.text for event in heard] == ["the last row is lost"]
