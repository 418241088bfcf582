"""USB cameras, streams and video files through OpenCV."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import cv2

from edge.cameras.base import Camera
from edge.errors import CameraError, ImageError
from edge.frame import BadFrame, Frame
from edge.images import to_grey
from edge.inspection import Cause


class OpenCVCamera(Camera):
    """Gives the frames of whatever ``cv2.VideoCapture`` opens.

    OpenCV tells nothing of frames that a live source lost, so these are found by speed and time.

    Args:
        target: Index of a USB camera, URL of a stream, path of a device or of a video file.
        convert_colour: Turn real colour into grey rather than refuse it.

    Raises:
        CameraError: It cannot be opened.
    """

    counts = False

    def __init__(self, target: int | str, *, convert_colour: bool = False) -> None:
        self.name = f"camera {target}" if isinstance(target, int) else without_secrets(target)
        self.live = isinstance(target, int) or "://" in target or Path(target).is_char_device()
        self._convert_colour = convert_colour
        self._closed = False
        self._capture = cv2.VideoCapture(target)
        if not self._capture.isOpened():
            if self.live:
                raise CameraError(f"{self.name} cannot be opened")
            raise CameraError(
                f"{self.name} cannot be opened as a video", "Play it to see whether it is one"
            )

    def __iter__(self) -> Iterator[Frame | BadFrame]:
        promised = 0 if self.live else int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT))
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
        if self._closed:
            return
        if self.live:
            raise CameraError(f"{self.name} gave {number} frames and then no more")
        if number < max(promised, 1):
            raise CameraError(
                f"{self.name} ended after {number} of {promised} frames",
                "The file is cut off or damaged; copy or record it again",
            )

    def close(self) -> None:
        self._closed = True


def without_secrets(target: str) -> str:
    """A stream's address without user, password and query, which must not reach logs."""
    if "://" not in target:
        return target
    parts = urlsplit(target)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
