"""A bounded ring between the camera's thread and the inspection: capture never waits for it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator

from edge.cameras.base import Camera
from edge.errors import CameraError, MillsightError
from edge.frame import BadFrame, Frame


class Ring:
    """Takes frames off a camera in a thread of its own.

    Of a live camera the oldest waiting frame makes room for a new one and is handed to
    ``on_overrun``; a camera that can wait (files) waits instead.

    Args:
        camera: Where frames come from.
        frames: Stop after so many were taken; None goes on until the camera ends.
        size: Frames that may wait.
        on_overrun: Called in the camera's thread with each frame that found no time.
    """

    def __init__(
        self,
        camera: Camera,
        *,
        frames: int | None = None,
        size: int = 8,
        on_overrun: Callable[[Frame | BadFrame], None],
    ) -> None:
        self._camera = camera
        self._frames = frames
        self._size = size
        self._on_overrun = on_overrun
        self._waiting: deque[Frame | BadFrame] = deque()
        self._changed = threading.Condition()
        self._ended = False
        self._fault: MillsightError | None = None
        self._thread = threading.Thread(target=self._take, name="camera", daemon=True)

    def __iter__(self) -> Iterator[Frame | BadFrame]:
        """Yield the frames, oldest first, until the camera has ended and none waits.

        Raises:
            CameraError: The camera failed; raised after the frames that it had given.
        """
        self._thread.start()
        while True:
            with self._changed:
                while not self._waiting and not self._ended:
                    # A bare wait() would hold Ctrl-C back until the next frame.
                    self._changed.wait(timeout=0.5)
                if not self._waiting:
                    break
                frame = self._waiting.popleft()
                self._changed.notify_all()
            yield frame
        if self._fault is not None:
            raise self._fault

    def stop(self) -> None:
        """End the capture and wait for its thread."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self._camera.close()
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)

    def _take(self) -> None:
        try:
            for taken, frame in enumerate(self._camera, start=1):
                if not self._put(frame) or taken == self._frames:
                    break
        except MillsightError as error:
            self._fault = error
        except Exception as error:
            self._fault = CameraError(f"camera {self._camera.name} failed: {error!r}")
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _put(self, frame: Frame | BadFrame) -> bool:
        overrun = None
        with self._changed:
            while not self._camera.live and len(self._waiting) >= self._size and not self._ended:
                self._changed.wait(timeout=0.5)
            if self._ended:
                return False
            if len(self._waiting) >= self._size:
                overrun = self._waiting.popleft()
            self._waiting.append(frame)
            self._changed.notify_all()
        if overrun is not None:
            self._on_overrun(overrun)
        return True
