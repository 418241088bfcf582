"""A bounded ring between the camera's thread and the inspection: capture never waits for it."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator

from edge.cameras.base import Camera
from edge.core.errors import MillsightError
from edge.core.frame import Absence, Frame
from edge.core.inspection import Cause
from edge.line.captured import Captured
from edge.position.base import Item

WAKE_S = 0.1
"""How long a stop may go unnoticed: a signal sets a flag and wakes nobody."""


class Ring:
    """Takes frames off a camera in a thread of its own and gives them to be judged.

    Of a live camera the oldest waiting frame gives its pixels up for a new one and comes out as a
    bad frame, ``late``; a camera that can wait (files) waits instead. Pixels are not copied.

    Args:
        camera: Where frames come from.
        admit: Gives each its order, place and time, in the camera's thread.
        frames: Stop after so many were taken; None goes on until the camera ends.
        size: Frames that may wait with their pixels.
        newest_first: Give the newest frame first, but before it what gets no verdict now: frames
            whose time is up, or that have no pixels. Else all in the order taken.
    """

    def __init__(
        self,
        camera: Camera,
        admit: Callable[[Item], Captured],
        *,
        frames: int | None = None,
        size: int = 8,
        newest_first: bool = False,
    ) -> None:
        self._camera = camera
        self._admit = admit
        self._frames = frames
        self._size = size
        self._newest_first = newest_first
        self._waiting: deque[Captured] = deque()
        self._whole = 0
        self._changed = threading.Condition()
        self._ended = False
        self._stopped = False
        self._fault: Exception | None = None
        self._thread = threading.Thread(target=self._take, name="camera", daemon=True)

    def __iter__(self) -> Iterator[Captured | None]:
        """Yield until the camera has ended and nothing waits, or ``stop`` was called.

        None is yielded every 0.1 s in which nothing came.
        """
        if not self._stopped:
            self._thread.start()
        while not self._stopped:
            with self._changed:
                if not self._waiting and not self._ended:
                    self._changed.wait(timeout=WAKE_S)
                if not self._waiting and self._ended:
                    break
                taken = self._next() if self._waiting else None
            yield taken

    def check(self) -> None:
        """Raise what the camera failed with, unless the ring was stopped.

        Raises:
            CameraError: The camera failed.
        """
        if self._fault is not None and not self._stopped:
            raise self._fault

    def stop(self) -> None:
        """Let the iteration end before its next frame. Safe in a signal handler."""
        self._stopped = True

    @property
    def waiting(self) -> int:
        """What waits to be given."""
        return len(self._waiting)

    def first_due_at(self) -> float:
        """When the first waiting frame's time is up that still has some; infinite without any."""
        now = time.monotonic()
        with self._changed:
            due = (taken.due_at for taken in self._waiting if taken.waits)
            return min((at for at in due if at > now), default=math.inf)

    def drain(self) -> list[Captured]:
        """End the capture and give what was taken and not yet given, frames as dropped."""
        self._stopped = True
        self._camera.close()
        with self._changed:
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)
        with self._changed:
            left = [taken.given_up(Cause.DROPPED) for taken in self._waiting]
            self._waiting.clear()
            self._whole = 0
        return left

    def _next(self) -> Captured:
        place = 0
        if self._newest_first:
            now, last = time.monotonic(), len(self._waiting) - 1
            needless = (i for i, t in enumerate(self._waiting) if not t.waits or t.due_at < now)
            place = next(needless, last)
        taken = self._waiting[place]
        del self._waiting[place]
        self._whole -= taken.waits
        self._changed.notify_all()
        return taken

    def _take(self) -> None:
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
            while not self._camera.live and self._whole >= self._size and not self._stopped:
                self._changed.wait(timeout=WAKE_S)
            if self._whole >= self._size and isinstance(item, Frame):
                oldest = next(i for i, taken in enumerate(self._waiting) if taken.waits)
                self._waiting[oldest] = self._waiting[oldest].given_up(Cause.LATE)
                self._whole -= 1
            taken = self._admit(item)
            self._waiting.append(taken)
            self._whole += taken.waits
            self._changed.notify_all()
            return not self._stopped


def _unforeseen(error: Exception) -> MillsightError:
    return MillsightError(
        f"reading the camera failed unexpectedly: {error!r}", "Please report this with the message"
    )
