"""The ring gives each thing once, loses none without a word, and stops when told."""

from __future__ import annotations

import math
import time

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
from tests.edge.fakes import ListCamera, frame, strip
from tests.edge.line.takes import admit, taken


def frames(count):
    return [frame(strip(), number) for number in range(count)]


def ring(items, *, live=False, take=None, **settings):
    return Ring(ListCamera(items, live=live), take or admit(), **settings)


def given(ring):
    return [taken for taken in ring if taken is not None]


def filled(items, **settings):
    """A ring whose live camera has given all it has."""
    full = ring(items, live=True, **settings)
    full._thread.start()
    full._thread.join()
    full._thread.start = lambda: None
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

    def take(item):
        return taken(item, item.number, due_in_s=-1.0 if item.number in late else 60.0)

    full = filled(items, take=take, newest_first=True)
    assert [t.item.number for t in given(full)] == [1, 3, 4, 5, 2, 0]


def test_it_knows_when_the_first_waiting_frame_is_due():
    due_in_s = [-1.0, 50.0, 60.0]
    full = filled(frames(3), take=lambda item: taken(item, due_in_s=due_in_s[item.number]))
    assert full.first_due_at() - time.monotonic() == pytest.approx(50.0, abs=5.0)
    full.drain()
    assert full.first_due_at() == math.inf


def test_a_live_camera_s_oldest_frame_gives_up_its_pixels():
    left = filled(frames(20), size=4).drain()
    assert [t.item.number for t in left] == list(range(20))
    assert [t.item.cause for t in left] == [Cause.LATE] * 16 + [Cause.DROPPED] * 4
    assert {t.item.lines for t in left} == {20}


def test_pixels_are_not_copied():
    taken_frames = frames(3)
    for before, after in zip(taken_frames, given(ring(taken_frames)), strict=True):
        assert np.shares_memory(before.pixels, after.item.pixels)


def test_a_camera_that_waits_is_read_no_further_than_the_ring_holds():
    waiting = ring(frames(50), size=3)
    out = iter(waiting)
    while (first := next(out)) is None:
        pass
    assert isinstance(first.item, Frame)
    left = waiting.drain()
    assert len(left) <= 4
    assert all(isinstance(t.item, BadFrame) for t in left)


def test_it_takes_no_more_frames_than_asked_and_absences_are_none():
    items = [Absence(0.0, "x", "camera lost"), *frames(50)]
    assert len(given(ring(items, frames=7))) == 8


def test_stopping_ends_the_iteration_before_the_next_frame():
    running = ring(frames(50), size=10)
    seen = []
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
    broken = Ring(Failing(frames(3)), admit())
    assert [t.item.number for t in given(broken)] == [0, 1, 2]
    with pytest.raises(CameraError, match="pulled out"):
        broken.check()


def test_a_ring_that_was_stopped_has_no_fault():
    broken = Ring(Failing(frames(1)), admit())
    given(broken)
    broken.stop()
    broken.check()


def test_an_unforeseen_fault_is_no_cable():
    camera = Failing(frames(1))
    camera.error = ZeroDivisionError("oops")
    broken = Ring(camera, admit())
    given(broken)
    with pytest.raises(MillsightError, match="unexpectedly") as caught:
        broken.check()
    assert "cable" not in str(caught.value)
