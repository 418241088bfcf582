"""A bounded ring between the camera's thread and the inspection: capture never waits for it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator

from edge.cameras.base import Camera
from edge.errors import MillsightError
from edge.frame import BadFrame, Frame
from edge.inspection import Cause

_WAKE_S = 0.1
"""How long a stop may go unnoticed: a signal sets a flag and wakes nobody."""


class Ring:
    """Takes frames off a camera in a thread of its own and gives them in the order taken.

    Of a live camera the oldest waiting frame gives its pixels up for a new one and comes out as a
    bad frame, ``late``; a camera that can wait (files) waits instead.

    Args:
        camera: Where frames come from.
        frames: Stop after so many were taken; None goes on until the camera ends.
        size: Frames that may wait with their pixels.
    """

    def __init__(self, camera: Camera, *, frames: int | None = None, size: int = 8) -> None:
        self._camera = camera
        self._frames = frames
        self._size = size
        self._waiting: deque[Frame | BadFrame] = deque()
        self._whole = 0
        self._changed = threading.Condition()
        self._ended = False
        self._stopped = False
        self._fault: Exception | None = None
        self._thread = threading.Thread(target=self._take, name="camera", daemon=True)

    def __iter__(self) -> Iterator[Frame | BadFrame]:
        """Yield frames until the camera has ended and none waits, or ``stop`` was called.

        Raises:
            CameraError: The camera failed; raised after the frames that it had given.
        """
        self._thread.start()
        while not self._stopped:
            with self._changed:
                if not self._waiting and not self._ended:
                    self._changed.wait(timeout=_WAKE_S)
                if not self._waiting:
                    if self._ended:
                        break
                    continue
                frame = self._waiting.popleft()
                self._whole -= isinstance(frame, Frame)
                self._changed.notify_all()
            yield frame
        if self._fault is not None and not self._stopped:
            raise self._fault

    def stop(self) -> None:
        """Let the iteration end before its next frame. Safe in a signal handler."""
        self._stopped = True

    def drain(self) -> list[BadFrame]:
        """End the capture and give what was taken and not yet given, as dropped."""
        self._stopped = True
        self._camera.close()
        with self._changed:
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)
        with self._changed:
            left = [_without_pixels(frame, Cause.DROPPED) for frame in self._waiting]
            self._waiting.clear()
            self._whole = 0
        return left

    def _take(self) -> None:
        try:
            for taken, frame in enumerate(self._camera, start=1):
                if not self._put(frame) or taken == self._frames:
                    break
        except Exception as error:
            self._fault = error if isinstance(error, MillsightError) else _unforeseen(error)
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _put(self, frame: Frame | BadFrame) -> bool:
        with self._changed:
            while not self._camera.live and self._whole >= self._size and not self._stopped:
                self._changed.wait(timeout=_WAKE_S)
            if self._stopped:
                return False
            if self._whole >= self._size:
                oldest = next(i for i, f in enumerate(self._waiting) if isinstance(f, Frame))
                self._waiting[oldest] = _without_pixels(self._waiting[oldest], Cause.LATE)
                self._whole -= 1
            self._waiting.append(frame)
            self._whole += isinstance(frame, Frame)
            self._changed.notify_all()
        return True


def _without_pixels(frame: Frame | BadFrame, cause: Cause) -> BadFrame:
    if isinstance(frame, BadFrame):
        return frame
    return BadFrame(frame.number, frame.taken_at, frame.source, cause, lines=frame.pixels.shape[0])


def _unforeseen(error: Exception) -> MillsightError:
    return MillsightError(
        f"reading the camera failed unexpectedly: {error!r}", "Please report this with the message"
    )
