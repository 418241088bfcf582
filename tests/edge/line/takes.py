"""Things taken off a camera, as the ring gives them, and sinks that keep what they are told."""

from __future__ import annotations

import itertools
import math
import threading
import time

from edge.core.frame import BadFrame, Frame
from edge.core.inspection import Level, uninspected
from edge.core.sink import Sink
from edge.line.captured import Captured
from edge.line.reorder_buffer import SettledRecord
from edge.position.base import FramePlace
from tests.edge.fakes import cascade, frame, strip

FRAME_MM = 10.0
BAD = strip((5, 5, 220))


def taken(item, order=0, *, due_in_s=math.inf, missing_mm=0.0, lost=False):
    """An item at its place: frame n begins at n × 10 mm."""
    length = 0.0 if not isinstance(item, Frame | BadFrame) else FRAME_MM
    place = FramePlace(
        order * FRAME_MM, length, missing_mm, round(missing_mm / FRAME_MM), lost=lost
    )
    return Captured(order, item, place, 0.01, time.monotonic() + due_in_s, time.time())


def admit():
    """What a ring calls: frames in a row."""
    orders = itertools.count()
    return lambda item: taken(item, next(orders))


def inspected(order, pixels=None, *, level=None):
    """A frame, taken, and what gate and classifier say of it; or uninspected for that level."""
    seen = taken(frame(strip() if pixels is None else pixels, order), order)
    if level is Level.UNINSPECTED:
        return seen, seen.placed(uninspected(seen.item, "late"))
    return seen, seen.placed(cascade().inspect(seen.item))


def record(order, pixels=None, **more):
    """A frame that has settled."""
    seen, inspection = inspected(order, pixels)
    return SettledRecord(order, inspection, seen.item, **more)


def until(condition, seconds=20.0):
    """Wait for a condition on a busy machine."""
    give_up_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up_at, "it has not come about"
        time.sleep(0.005)


class Kept(Sink):
    """Keeps what it is told, each as (kind, what), and in which threads it was told."""

    def __init__(self):
        self.told = []
        self.threads = set()
        self.ticks = 0
        self.closed = False

    def write(self, inspection, frame):
        self._keep("frame", inspection)
        self.last_pixels = None if frame is None else frame.pixels

    def gap(self, gap):
        self._keep("gap", gap)

    def defect(self, defect):
        self._keep("defect", defect)

    def tell(self, event):
        self._keep("event", event)

    def tick(self):
        self.ticks += 1
        self.threads.add(threading.current_thread().name)

    def close(self):
        self.closed = True
        self.threads.add(threading.current_thread().name)

    def of(self, kind):
        return [what for told, what in self.told if told == kind]

    @property
    def frames(self):
        return [inspection.frame for inspection in self.of("frame")]

    def _keep(self, kind, what):
        self.threads.add(threading.current_thread().name)
        self.told.append((kind, what))


class Stuck(Kept):
    """A sink that takes nothing until it is let go."""

    def __init__(self):
        super().__init__()
        self.go = threading.Event()
        self.reached = threading.Event()

    def write(self, inspection, frame):
        self.reached.set()
        if not self.go.wait(30):
            self.go.set()
        super().write(inspection, frame)
