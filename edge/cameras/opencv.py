"""USB cameras, streams and video files through OpenCV."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import cv2

from edge.cameras.base import Camera
from edge.errors import CameraError, ImageError
from edge.frame import BadFrame, Frame
from edge.images import to_grey
from edge.inspection import Cause


class OpenCVCamera(Camera):
    """Gives the frames of whatever ``cv2.VideoCapture`` opens.

    Args:
        target: Index of a USB camera, URL of a stream, or path of a video file.
        convert_colour: Turn real colour into grey rather than refuse it.

    Raises:
        CameraError: It cannot be opened, or gives no frame.
    """

    def __init__(self, target: int | str, *, convert_colour: bool = False) -> None:
        self.name = f"camera {target}" if isinstance(target, int) else target
        self.live = isinstance(target, int) or "://" in target
        self._convert_colour = convert_colour
        self._closed = False
        self._capture = cv2.VideoCapture(target)
        if not self._capture.isOpened():
            if self.live:
                raise CameraError(f"{self.name} cannot be opened")
            raise CameraError(
                f"{Path(self.name)} cannot be opened as a video", "Play it to see whether it is one"
            )

    def __iter__(self) -> Iterator[Frame | BadFrame]:
        number = 0
        while not self._closed:
            came, picture = self._capture.read()
            now = time.monotonic()
            if not came:
                break
            try:
                pixels = to_grey(picture, self.name, convert_colour=self._convert_colour)
            except ImageError as error:
                yield BadFrame(number, now, self.name, Cause.UNREADABLE, str(error))
            else:
                yield Frame(pixels, number, now, self.name)
            number += 1
        self._capture.release()
        if not self._closed and (self.live or number == 0):
            raise CameraError(f"{self.name} gave {number} frames and then no more")

    def close(self) -> None:
        self._closed = True
