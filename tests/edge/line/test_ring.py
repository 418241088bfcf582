"""The ring gives each thing once, loses none without a word, and stops when told."""

from __future__ import annotations

import math
import threading

import numpy as np
import pytest

from edge.core.errors import CameraError, MillsightError
from edge.core.frame import (
    Absence,
    BadFrame,
    Frame,
)
from edge.core.inspection import Cause
from edge.line.ring import Ring
from tests.edge.clock import FakeClock
from tests.edge.fakes import ListCamera, frame, strip
from tests.edge.line.takes import captured, stamp, until


def frames(count):
    return [frame(strip(), number) for number in range(count)]


def ring(items, *, live=False, by=None, **settings):
    return Ring(ListCamera(items, live=live), by or stamp(), **settings)


def given(ring, frames=None):
    ring.start(frames)
    return rest(ring)


def rest(ring):
    return [each for each in ring if each is not None]


def filled(items, **settings):
    """A ring whose live camera has given all it has."""
    full = ring(items, live=True, **settings)
    full.start()
    full._thread.join()
    return full


@pytest.mark.parametrize("newest_first", [False, True])
def test_every_frame_comes_out_once(newest_first):
    out = given(ring(frames(5000), live=True, size=4, newest_first=newest_first))
    numbers = [t.item.number for t in out]
    assert sorted(numbers) == list(range(5000))
    assert newest_first or numbers == sorted(numbers)
    assert [t.order for t in out] == numbers


def test_the_newest_comes_first_but_before_it_what_needs_no_verdict():
    late = {1, 3}
    items = [*frames(4), BadFrame(4, 0.0, "x", "unreadable"), frame(strip(), 5)]

    clock = FakeClock()

    def by(item):
        due_in_s = -1.0 if item.number in late else 60.0
        return captured(item, item.number, due_in_s=due_in_s, clock=clock)

    full = filled(items, by=by, newest_first=True, clock=clock)
    assert [t.item.number for t in rest(full)] == [1, 3, 4, 5, 2, 0]


def test_what_becomes_late_while_it_waits_comes_before_the_newest():
    clock = FakeClock()
    due_in_s = [5.0, 50.0, 60.0]
    full = filled(
        frames(3),
        by=lambda item: captured(item, due_in_s=due_in_s[item.number], clock=clock),
        newest_first=True,
        clock=clock,
    )
    clock.advance(6.0)
    assert [t.item.number for t in rest(full)] == [0, 2, 1]


def test_while_nothing_comes_it_says_so_ten_times_a_second():
    clock, go = FakeClock(), threading.Event()

    class Silent(ListCamera):
        def __iter__(self):
            assert go.wait(60)
            yield from super().__iter__()

    silent = Ring(Silent(frames(1), live=True), stamp(), clock=clock)
    silent.start()
    nothing = iter(silent)
    for _ in range(3):
        waiting = threading.Timer(0.0, lambda: _moved(clock))
        waiting.start()
        assert next(nothing) is None
        waiting.join()
    assert clock.now() == pytest.approx(1000.3)
    go.set()
    assert next(nothing).item.number == 0


def _moved(clock):
    until(lambda: clock.waiting)
    clock.advance(0.1)


def test_it_knows_when_the_first_waiting_frame_is_due():
    clock, due_in_s = FakeClock(), [-1.0, 50.0, 60.0]
    full = filled(
        frames(3),
        by=lambda item: captured(item, due_in_s=due_in_s[item.number], clock=clock),
        clock=clock,
    )
    assert full.first_due_at() - clock.now() == 50.0
    clock.advance(55.0)
    assert full.first_due_at() - clock.now() == 5.0
    full.drain()
    assert full.first_due_at() == math.inf


def test_a_live_camera_s_oldest_frame_gives_up_its_pixels():
    left = filled(frames(20), size=4).drain()
    assert [t.item.number for t in left] == list(range(20))
    assert [t.item.cause for t in left] == [Cause.LATE] * 16 + [Cause.DROPPED] * 4
    assert {t.item.lines for t in left} == {20}


def test_pixels_are_not_copied():
    shown = frames(3)
    for before, after in zip(shown, given(ring(shown)), strict=True):
        assert np.shares_memory(before.pixels, after.item.pixels)


def test_a_camera_that_waits_is_read_no_further_than_the_ring_holds():
    waiting = ring(frames(50), size=3)
    waiting.start()
    out = iter(waiting)
    while (first := next(out)) is None:
        pass
    assert isinstance(first.item, Frame)
    left = waiting.drain()
    assert len(left) <= 4
    assert all(isinstance(t.item, BadFrame) for t in left)


def test_it_takes_no_more_frames_than_asked_and_absences_are_none():
    items = [Absence(0.0, "x", "camera lost"), *frames(50)]
    assert len(given(ring(items), frames=7)) == 8


def test_stopping_ends_the_iteration_before_the_next_frame():
    running = ring(frames(50), size=10)
    seen = []
    running.start()
    for one in running:
        if one is not None:
            seen.append(one)
            running.stop()
    assert len(seen) == 1


class Failing(ListCamera):
    error: Exception = CameraError("pulled out")

    def __iter__(self):
        yield from super().__iter__()
        raise self.error


def test_a_fault_comes_after_the_frames_before_it():
    broken = Ring(Failing(frames(3)), stamp())
    assert [t.item.number for t in given(broken)] == [0, 1, 2]
    with pytest.raises(CameraError, match="pulled out"):
        broken.check()


def test_a_ring_that_was_stopped_has_no_fault():
    broken = Ring(Failing(frames(1)), stamp())
    given(broken)
    broken.stop()
    broken.check()


def test_an_unexpected_error_is_no_camera_error():
    camera = Failing(frames(1))
    camera.error = ZeroDivisionError("oops")
    broken = Ring(camera, stamp())
    given(broken)
    with pytest.raises(MillsightError, match="unexpectedly") as caught:
        broken.check()
    assert "cable" not in str(caught.value)
