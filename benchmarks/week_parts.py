"""What a simulated week is made of: a camera and a broker that go by a schedule, and the truth."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.cameras.base import Camera
from edge.core.coil_defect import CoilDefect
from edge.core.coverage import Gap
from edge.core.events import Event
from edge.core.frame import Absence, Frame
from edge.core.geometry import Geometry
from edge.core.inspection import Cause, Inspection
from edge.core.sink import Sink
from edge.sinks.outbox import Outbox
from edge.vision.cascade import Cascade
from edge.vision.engines.base import Engine
from edge.vision.models.classifier import Classifier
from edge.vision.models.gate import Gate

LINES, COLUMNS = 20, 40
CLASSES = ("spot",)
_STUCK_S = 60.0
"""A simulated instant that takes so long in real time never ends."""


class BrightnessEngine(Engine):
    """A defect is where a pixel is bright."""

    name = "brightness"
    threads = 1

    def __init__(self, outputs: int) -> None:
        self.outputs = outputs

    def run(self, batch: NDArray[Any]) -> NDArray[Any]:
        """Logits of regions [n, lines, columns]."""
        brightest = batch.reshape(len(batch), -1).max(axis=1).astype(np.float32)
        defect = (brightest[:, None] - 150.0) / 10.0
        return defect if self.outputs == 1 else np.hstack([-defect, defect])


def cascade(clock: Any) -> Cascade:
    """One that costs nothing."""
    geometry = Geometry((LINES, LINES), (LINES, LINES))
    return Cascade(
        Gate(BrightnessEngine(1), geometry, ("defect",), "sigmoid"),
        Classifier(BrightnessEngine(2), geometry, ("none", *CLASSES), "softmax"),
        classes=CLASSES,
        gate_threshold=0.5,
        decision_threshold=0.5,
        clock=clock,
    )


class ScheduledCamera(Camera):
    """Gives one frame, or its absence, for each step of the schedule.

    Args:
        step: Moves the time on; gives whether the camera is there and whether there is a defect,
            or None where the run ends.
        clock: Stamps frames.
    """

    name = "camera"
    live = True
    counts = True

    def __init__(self, step: Callable[[], tuple[bool, bool] | None], clock: Any) -> None:
        self._step = step
        self._clock = clock

    def __iter__(self) -> Iterator[Frame | Absence]:
        number, rng = 0, np.random.default_rng(0)
        while (given := self._step()) is not None:
            there, defective = given
            if not there:
                yield Absence(self._clock.now(), self.name, Cause.CAMERA_LOST, "unplugged")
                continue
            # No two alike: the line takes pictures that do not change for frozen ones.
            pixels = rng.integers(30, 60, (LINES, COLUMNS), np.uint8)
            if defective:
                pixels[8:12, 8:12] = 250
            yield Frame(pixels, number, self._clock.now(), self.name)
            number += 1


class Truth(Sink):
    """Counts what all outputs were told, apart from them; the last in their row."""

    def __init__(self) -> None:
        self.frames = 0
        self.items = 0
        self.defects = 0
        self.mm: Counter[str] = Counter()
        self.events: Counter[str] = Counter()
        self.ticked_at = -1.0
        self._now: Callable[[], float] = lambda: 0.0

    def begin(self, now: Callable[[], float]) -> None:
        """Another run begins."""
        self.items = 0
        self.ticked_at = -1.0
        self._now = now

    def write(self, inspection: Inspection, frame: Frame | None) -> None:
        """Count a frame."""
        self.frames += 1
        self.items += 1
        self.mm[inspection.cause.value if inspection.cause else "inspected"] += inspection.length_mm

    def gap(self, gap: Gap) -> None:
        """Count strip without frames."""
        self.items += 1
        self.mm[gap.cause.value] += gap.length_mm

    def defect(self, defect: CoilDefect) -> None:
        """Count a defect."""
        self.defects += 1

    def tell(self, event: Event) -> None:
        """Count an event."""
        self.events[event.kind.value] += 1

    def tick(self) -> None:
        """Note that all outputs have been through a tick at this time."""
        self.ticked_at = self._now()


class ScheduledBroker:
    """Stands in for the connection: takes messages while it is there.

    One that goes away in the middle has taken what it did not acknowledge.
    """

    there = True
    taken: Counter[bytes] = Counter()  # noqa: RUF012 - of all runs together
    connected = True

    def __init__(self, config: Any, outbox: Outbox, **_: Any) -> None:
        self._outbox = outbox

    def send_latest(self, topic: str, payload: bytes) -> None:
        """Health is for nobody here."""

    def turn(self, acknowledge: int | None = None) -> None:
        """Take what waits; acknowledge only so many."""
        if not type(self).there:
            return
        while messages := self._outbox.pending(100):
            for message in messages:
                type(self).taken[message.payload] += 1
            self._outbox.delivered([message.id for message in messages[:acknowledge]])
            if acknowledge is not None:
                return

    def close(self) -> None:
        """The last turn of a run."""
        self.turn()


def wait_for(done: Callable[[], bool], wake: Callable[[], None]) -> None:
    """Wait in real time until the threads have done what there is to do at a simulated instant.

    Raises:
        TimeoutError: They never do.
    """
    until = time.monotonic() + _STUCK_S
    tries = 0
    while not done():
        tries += 1
        time.sleep(0.00005)
        if tries % 20 == 0:
            wake()
        if time.monotonic() > until:
            raise TimeoutError("the simulated line stands still")
