"""A bounded ring between the camera's thread and the inspection: capture never waits for it."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator
from threading import Thread

from edge.cameras.base import Camera
from edge.core.clock import SYSTEM_CLOCK, Clock
from edge.core.errors import MillsightError
from edge.core.frame import Absence, Frame
from edge.core.inspection import Cause
from edge.line.captured import Captured
from edge.position.base import Item

WAKE_S = 0.1
"""How long a stop may go unnoticed: a signal sets a flag and wakes nobody."""

_CLOSING_S = 5.0
"""For so long the end of a run waits for the camera's thread."""


class Ring:
    """Takes frames off a camera in a thread of its own and gives them to be judged.

    Of a live camera the oldest waiting frame gives its pixels up for a new one and comes out as a
    bad frame, ``late``; a camera that can wait (files) waits instead. Pixels are not copied.

    Args:
        camera: Where frames come from.
        stamp: Gives each its order, place and time, in the camera's thread.
        size: Frames that may wait with their pixels.
        newest_first: Give the newest frame first, but before it what gets no verdict now: frames
            whose time is up, or that have no pixels. Else all in the order captured.
        clock: Tells the time.

    Attributes:
        stopped: Whether ``stop`` was called.
    """

    def __init__(
        self,
        camera: Camera,
        stamp: Callable[[Item], Captured],
        *,
        size: int = 8,
        newest_first: bool = False,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._camera = camera
        self._stamp = stamp
        self._frames: int | None = None
        self._size = size
        self._newest_first = newest_first
        self._waiting: deque[Captured] = deque()
        self._with_pixels = 0
        self._clock = clock
        self._changed = clock.condition()
        self._ended = True
        self.stopped = False
        self._fault: Exception | None = None
        self._thread = Thread(target=self._capture, name="camera", daemon=True)

    def start(self, frames: int | None = None) -> None:
        """Begin to capture, unless it was stopped.

        Args:
            frames: Stop after so many were captured; None goes on until the camera ends.
        """
        if not self.stopped:
            self._frames = frames
            self._ended = False
            self._thread.start()

    def __iter__(self) -> Iterator[Captured | None]:
        """Yield until the camera has ended and nothing waits, or ``stop`` was called.

        None is yielded every 0.1 s in which nothing came.
        """
        while not self.stopped:
            with self._changed:
                if not self._waiting and not self._ended:
                    self._changed.wait(timeout=WAKE_S)
                if not self._waiting and self._ended:
                    break
                captured = self._next() if self._waiting else None
            yield captured

    def __len__(self) -> int:
        """What waits to be given."""
        return len(self._waiting)

    def check(self) -> None:
        """Raise what the camera failed with, unless the ring was stopped.

        Raises:
            CameraError: The camera failed.
        """
        if self._fault is not None and not self.stopped:
            raise self._fault

    def stop(self) -> None:
        """Let the iteration end before its next frame. Safe in a signal handler."""
        self.stopped = True

    def first_due_at(self) -> float:
        """When the first waiting frame's time is up that still has some; infinite without any."""
        now = self._clock.now()
        with self._changed:
            due = (captured.due_at for captured in self._waiting if captured.has_pixels)
            return min((at for at in due if at > now), default=math.inf)

    def drain(self) -> list[Captured]:
        """End the capture and give what was captured and not yet given, frames as dropped."""
        self.stopped = True
        self._camera.close()
        patient_until = self._clock.now() + _CLOSING_S
        with self._changed:
            self._changed.notify_all()
            while not self._ended and self._clock.now() < patient_until:
                self._changed.wait(timeout=patient_until - self._clock.now())
            left = [captured.without_pixels(Cause.DROPPED) for captured in self._waiting]
            self._waiting.clear()
            self._with_pixels = 0
        return left

    def _next(self) -> Captured:
        place = 0
        if self._newest_first:
            now, last = self._clock.now(), len(self._waiting) - 1
            needless = (
                i for i, c in enumerate(self._waiting) if not c.has_pixels or c.due_at < now
            )
            place = next(needless, last)
        captured = self._waiting[place]
        del self._waiting[place]
        self._with_pixels -= captured.has_pixels
        self._changed.notify_all()
        return captured

    def _capture(self) -> None:
        count = 0
        try:
            for item in self._camera:
                if not self._put(item):
                    break
                count += not isinstance(item, Absence)
                if count == self._frames:
                    break
        except Exception as error:
            self._fault = error if isinstance(error, MillsightError) else _unforeseen(error)
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _put(self, item: Item) -> bool:
        with self._changed:
            while not self._camera.live and self._with_pixels >= self._size and not self.stopped:
                self._changed.wait(timeout=WAKE_S)
            if self._with_pixels >= self._size and isinstance(item, Frame):
                oldest = next(i for i, c in enumerate(self._waiting) if c.has_pixels)
                self._waiting[oldest] = self._waiting[oldest].without_pixels(Cause.LATE)
                self._with_pixels -= 1
            captured = self._stamp(item)
            self._waiting.append(captured)
            self._with_pixels += captured.has_pixels
            self._changed.notify_all()
            return not self.stopped


def _unforeseen(error: Exception) -> MillsightError:
    return MillsightError(
        f"reading the camera failed unexpectedly: {error!r}", "Please report this with the message"
    )
