"""A camera opened and read in a thread of its own, so that a call that hangs holds nobody up."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from edge.cameras.base import Camera
from edge.core.clock import SYSTEM_CLOCK, Clock
from edge.core.errors import CameraError, MillsightError
from edge.core.frame import (
    Absence,
    BadFrame,
    Frame,
)

_KEPT = 4
"""Items that may wait to be taken: the newest, since a stream that is not read lags ever more."""


class ReaderThread:
    """Opens a camera and reads it until it ends, fails, or is closed.

    What nobody takes in time is lost to newer frames, and their numbers tell.

    Args:
        open_camera: Gives the opened camera, or raises ``CameraError``.
        name: What the camera is called.
        clock: What waits go by.

    Attributes:
        since: The clock's time at which it began to open, in seconds.
    """

    def __init__(
        self, open_camera: Callable[[], Camera], name: str, *, clock: Clock = SYSTEM_CLOCK
    ) -> None:
        self.since = clock.now()
        self._clock = clock
        self._open = open_camera
        self._name = name
        self._changed = clock.condition()
        self._items: deque[Frame | BadFrame | Absence] = deque(maxlen=_KEPT)
        self._camera: Camera | None = None
        self._fault: MillsightError | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._read, name="camera reader", daemon=True)
        self._thread.start()

    def opened(self) -> Camera:
        """Wait until the camera is open, and give it.

        Raises:
            MillsightError: It cannot be opened.
        """
        with self._changed:
            while not (self._camera or self._fault or self._closed):
                self._changed.wait()
            if self._camera is not None:
                return self._camera
            raise self._fault or CameraError(f"{self._name} was closed while it was opened", "")

    def take(self, timeout_s: float) -> Frame | BadFrame | Absence | None:
        """The oldest item that waits; None where none comes in time.

        Raises:
            MillsightError: The camera has failed or ended, and all it gave was taken.
        """
        until = self._clock.now() + timeout_s
        with self._changed:
            while not (self._items or self._fault or self._closed):
                if (left_s := until - self._clock.now()) <= 0.0:
                    break
                self._changed.wait(left_s)
            if self._items:
                return self._items.popleft()
            if self._fault is not None:
                raise self._fault
            return None

    def close(self, join_s: float = 0.0) -> None:
        """Let it end, and wait at most so long until it has; a call that hangs ends when it will.

        Safe to call twice.
        """
        with self._changed:
            self._closed = True
            if self._camera is not None:
                self._camera.close()
            self._changed.notify_all()
        if join_s:
            self._thread.join(join_s)

    @property
    def alive(self) -> bool:
        """Whether its thread has not ended yet: some call to the driver has not come back."""
        return self._thread.is_alive()

    def _read(self) -> None:
        fault: MillsightError | None = None
        try:
            with self._open() as camera:
                self._tell(camera)
                for item in camera:
                    if not self._put(item):
                        return
            fault = CameraError(f"{self._name} has ended")
        except MillsightError as error:
            fault = error
        except Exception as error:
            # Drivers raise what they like, and a line that runs for months outlives that, too.
            fault = CameraError(f"{self._name} failed unexpectedly: {error!r}")
        finally:
            with self._changed:
                self._fault = fault
                self._changed.notify_all()

    def _tell(self, camera: Camera) -> None:
        with self._changed:
            self._camera = camera
            if self._closed:
                camera.close()
            self._changed.notify_all()

    def _put(self, item: Frame | BadFrame | Absence) -> bool:
        with self._changed:
            self._items.append(item)
            self._changed.notify_all()
            return not self._closed
