"""The ring gives frames in order, loses none without a word, and stops when told."""

from __future__ import annotations

import pytest

from edge.errors import CameraError, MillsightError
from edge.frame import BadFrame, Frame
from edge.inspection import Cause
from edge.ring import Ring
from tests.edge.fakes import ListCamera, frame, strip


def frames(count):
    return [frame(strip(), number) for number in range(count)]


def test_every_frame_comes_out_once_and_in_order():
    camera = ListCamera(frames(5000), live=True)
    numbers = [f.number for f in Ring(camera, size=4)]
    assert numbers == list(range(5000))


def test_a_live_camera_s_oldest_frame_gives_up_its_pixels():
    ring = Ring(ListCamera(frames(20), live=True), size=4)
    ring._thread.start()
    ring._thread.join()
    given = ring.drain()
    assert [f.number for f in given] == list(range(20))
    assert [f.cause for f in given] == [Cause.LATE] * 16 + [Cause.DROPPED] * 4
    assert {f.lines for f in given} == {20}


def test_a_camera_that_waits_is_read_no_further_than_the_ring_holds():
    camera = ListCamera(frames(50))
    ring = Ring(camera, size=3)
    given = iter(ring)
    assert isinstance(next(given), Frame)
    left = ring.drain()
    assert len(left) <= 4
    assert all(isinstance(f, BadFrame) for f in left)


def test_it_takes_no_more_than_asked():
    assert len(list(Ring(ListCamera(frames(50)), frames=7))) == 7


def test_stopping_ends_the_iteration_before_the_next_frame():
    ring = Ring(ListCamera(frames(50)), size=10)
    seen = []
    for taken in ring:
        seen.append(taken)
        ring.stop()
    assert len(seen) == 1


class Failing(ListCamera):
    error: Exception = CameraError("pulled out")

    def __iter__(self):
        yield from super().__iter__()
        raise self.error


def test_a_fault_comes_after_the_frames_before_it():
    seen = []
    with pytest.raises(CameraError, match="pulled out"):
        seen.extend(Ring(Failing(frames(3))))
    ring = Ring(Failing(frames(3)))
    given = iter(ring)
    assert [next(given).number for _ in range(3)] == [0, 1, 2]


def test_an_unforeseen_fault_is_no_cable():
    camera = Failing(frames(1))
    camera.error = ZeroDivisionError("oops")
    with pytest.raises(MillsightError, match="unexpectedly") as caught:
        list(Ring(camera))
    assert "cable" not in str(caught.value)
