"""Things captured from a camera, as the ring gives them, and sinks that keep what they are told."""

from __future__ import annotations

import itertools
import math
import threading
import time
from dataclasses import replace

from edge.core.clock import SYSTEM_CLOCK
from edge.core.frame import Absence, BadFrame
from edge.core.inspection import Level, uninspected
from edge.core.sink import Sink
from edge.line.captured import Captured
from edge.line.reorder_buffer import FinalRecord
from edge.position.base import FramePlace
from tests.edge.fakes import cascade, frame, strip

FRAME_MM = 10.0
BAD = strip((5, 5, 220))


def captured(item, order=0, *, due_in_s=math.inf, missing_mm=0.0, lost=False, clock=SYSTEM_CLOCK):
    """An item at its place: frame n begins at n × 10 mm."""
    position_mm = order * FRAME_MM
    if isinstance(item, Absence):
        item, length_mm = replace(item, at=clock.wall()), 0.0
    else:
        length_mm = FRAME_MM
        length = "length_mm" if isinstance(item, BadFrame) else "passed_mm"
        item = replace(item, position_mm=position_mm, at=clock.wall(), **{length: length_mm})
    missing = round(missing_mm / FRAME_MM)
    place = FramePlace(position_mm, length_mm, missing_mm, missing, lost=lost)
    return Captured(order, item, place, 0.01, clock.now() + due_in_s)


def stamp(clock=SYSTEM_CLOCK):
    """What a ring calls: frames in a row."""
    orders = itertools.count()
    return lambda item: captured(item, next(orders), clock=clock)


def inspected(order, pixels=None, *, level=None):
    """A frame, captured, and what gate and classifier say of it; or uninspected for that level."""
    seen = captured(frame(strip() if pixels is None else pixels, order), order)
    if level is Level.UNINSPECTED:
        return seen, uninspected(seen.item, "late")
    return seen, cascade().inspect(seen.item)


def record(order, pixels=None, **more):
    """The record of a frame at its final level."""
    seen, inspection = inspected(order, pixels)
    return FinalRecord(order, inspection, seen.item, **more)


def until(condition, seconds=60.0):
    """Wait for what another thread is about to do."""
    give_up_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up_at, "it has not come about"
        time.sleep(0.001)


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

    def __init__(self, clock=SYSTEM_CLOCK):
        super().__init__()
        self._changed = clock.condition()
        self._let_go = False
        self.reached = threading.Event()

    def let_go(self):
        with self._changed:
            self._let_go = True
            self._changed.notify_all()

    def write(self, inspection, frame):
        self.reached.set()
        with self._changed:
            while not self._let_go:
                self._changed.wait()
        super().write(inspection, frame)
