"""A camera read in a thread of its own: the newest items, every failure, and calls that hang."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from edge.cameras.base import Camera
from edge.cameras.reader_thread import ReaderThread
from edge.core.errors import CameraError, MissingExtraError
from edge.core.frame import Frame

PATIENCE_S = 60.0


class Scripted(Camera):
    """Gives so many frames, then raises, waits until it is closed, or ends."""

    name = "scripted"

    def __init__(self, count, fault=None, *, waits=False):
        self.count, self.fault, self.waits = count, fault, waits
        self.given, self.closed = threading.Event(), threading.Event()

    def __iter__(self):
        for number in range(self.count):
            yield Frame(np.zeros((4, 8), np.uint8), number, float(number), self.name)
        self.given.set()
        if self.fault is not None:
            raise self.fault
        if self.waits:
            self.closed.wait(PATIENCE_S)

    def close(self):
        self.closed.set()


def test_of_what_nobody_takes_the_newest_are_kept():
    camera = Scripted(10, waits=True)
    reading = ReaderThread(lambda: camera, "cam")
    assert camera.given.wait(PATIENCE_S)
    assert [reading.take(PATIENCE_S).number for _ in range(4)] == [6, 7, 8, 9]
    assert reading.take(0.0) is None
    reading.close(PATIENCE_S)
    assert not reading.alive


@pytest.mark.parametrize(
    ("fault", "kind", "told"),
    [
        (None, CameraError, "cam has ended"),
        (CameraError("the cable is out"), CameraError, "the cable is out"),
        (RuntimeError("driver bug 7"), CameraError, "failed unexpectedly.*driver bug 7"),
        (MissingExtraError("no Aravis"), MissingExtraError, "no Aravis"),
    ],
)
def test_what_came_before_a_failure_is_taken_first(fault, kind, told):
    reading = ReaderThread(lambda: Scripted(2, fault), "cam")
    assert [reading.take(PATIENCE_S).number for _ in range(2)] == [0, 1]
    with pytest.raises(kind, match=told):
        reading.take(PATIENCE_S)


def test_a_camera_that_cannot_be_opened_is_an_error_for_who_waits():
    def fail():
        raise CameraError("the cable is out")

    with pytest.raises(CameraError, match="cable is out"):
        ReaderThread(fail, "cam").opened()


def test_an_opening_that_hangs_is_left_alone_and_what_it_opens_is_closed():
    opening, camera = threading.Event(), Scripted(0, waits=True)

    def open_late():
        assert opening.wait(PATIENCE_S)
        return camera

    reading = ReaderThread(open_late, "cam")
    reading.close()
    with pytest.raises(CameraError, match="closed while it was opened"):
        reading.opened()
    assert reading.alive
    opening.set()
    assert camera.closed.wait(PATIENCE_S)
    reading.close(PATIENCE_S)
    assert not reading.alive
