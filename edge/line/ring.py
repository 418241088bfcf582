"""A bounded buffer between the camera's thread and the inspection, so that capture never waits."""

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
"""Longest delay of a stop, in seconds: a signal handler sets a flag without waking a thread."""

_CLOSING_S = 5.0
"""Longest wait for the camera's thread at the end of a run, in seconds."""


class Ring:
    """Captures frames in a separate thread and yields them to be judged.

    If it is full, a live camera's new frame replaces the pixels of the oldest waiting frame, which
    becomes a bad frame with cause ``late``. A camera that is not live (files) waits instead. Pixels
    are not copied.

    Args:
        camera: Source of the frames.
        stamp: Sets order, position and time of each item, in the camera's thread.
        size: Most frames that wait with their pixels.
        newest_first: Yield the newest frame first, but before it frames that need no verdict now
            (deadline passed, or no pixels). Otherwise all come in the order of capture.
        clock: The run's clock.

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
        """Start the capture, unless it was stopped.

        Args:
            frames: Number of frames to capture; None for no limit.
        """
        if not self.stopped:
            self._frames = frames
            self._ended = False
            self._thread.start()

    def __iter__(self) -> Iterator[Captured | None]:
        """Yield items until the camera has ended and none waits, or ``stop`` was called.

        It yields None after every 0.1 s without an item.
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
        """Number of waiting items."""
        return len(self._waiting)

    def check(self) -> None:
        """Raise the camera's error, unless the ring was stopped.

        Raises:
            CameraError: The camera failed.
        """
        if self._fault is not None and not self.stopped:
            raise self._fault

    def stop(self) -> None:
        """End the iteration before its next frame. Safe in a signal handler."""
        self.stopped = True

    def first_due_at(self) -> float:
        """The earliest deadline of a waiting frame that is not over; infinite if there is none."""
        now = self._clock.now()
        with self._changed:
            due = (captured.due_at for captured in self._waiting if captured.has_pixels)
            return min((at for at in due if at > now), default=math.inf)

    def drain(self) -> list[Captured]:
        """End the capture and return the waiting items, with frames as dropped bad frames."""
        self.stopped = True
        self._camera.close()
        give_up_at = self._clock.now() + _CLOSING_S
        with self._changed:
            self._changed.notify_all()
            while not self._ended and self._clock.now() < give_up_at:
                self._changed.wait(timeout=give_up_at - self._clock.now())
            left = [captured.without_pixels(Cause.DROPPED) for captured in self._waiting]
            self._waiting.clear()
            self._with_pixels = 0
        return left

    def _next(self) -> Captured:
        place = 0
        if self._newest_first:
            now, last = self._clock.now(), len(self._waiting) - 1
            no_verdict = (
                i for i, c in enumerate(self._waiting) if not c.has_pixels or c.due_at < now
            )
            place = next(no_verdict, last)
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
            self._fault = error if isinstance(error, MillsightError) else _unexpected(error)
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


def _unexpected(error: Exception) -> MillsightError:
    return MillsightError(
        f"reading the camera failed unexpectedly: {error!r}", "Please report this with the message"
    )
