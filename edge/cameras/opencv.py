"""USB cameras and GStreamer pipelines through OpenCV."""

from __future__ import annotations

import time
from collections.abc import Iterator

import cv2

from edge.cameras.base import Camera
from edge.cameras.same_size import SameSize
from edge.cameras.source_clock import SourceClock
from edge.cameras.time_stamps import TimeStamps
from edge.core.errors import CameraError, ImageError
from edge.core.frame import BadFrame, Frame
from edge.core.images import MAX_PIXELS, decode_grey, to_grey
from edge.core.inspection import Cause

_JPEGS = frozenset(cv2.VideoWriter.fourcc(*letters) for letters in ("MJPG", "JPEG"))
"""Formats in which USB cameras send each frame as a JPEG."""


class OpenCVCamera(Camera):
    """Gives the frames of an opened ``cv2.VideoCapture`` as they come.

    Their time stamps say when a frame was taken, however late it comes, and by how many frame
    periods it is apart from the one before: its number jumps by those that were lost. Strip is
    followed by time, which tells of lost frames also where there are no stamps. A USB camera that
    sends JPEG is asked for its bytes, which are decoded as image files are: OpenCV conceals damage.

    Args:
        capture: What OpenCV has opened (see ``edge.cameras.capture``); released at the end.
        name: What the person at the line calls it.
        convert_colour: Turn real colour into grey rather than refuse it.
        most_pixels: Frames of more pixels are refused.
    """

    live = True
    counts = False

    def __init__(
        self,
        capture: cv2.VideoCapture,
        name: str,
        *,
        convert_colour: bool = False,
        most_pixels: int = MAX_PIXELS,
    ) -> None:
        self.name = name
        self._convert_colour = convert_colour
        self._most_pixels = most_pixels
        self._size = SameSize(name)
        self._closed = False
        self._reads = False
        self._capture = capture

    def __iter__(self) -> Iterator[Frame | BadFrame]:
        self._reads = True
        try:
            yield from self._frames()
        finally:
            self._capture.release()

    def close(self) -> None:
        """End iteration after the frame that is being read. Safe to call twice."""
        self._closed = True
        if not self._reads:
            self._capture.release()

    def _frames(self) -> Iterator[Frame | BadFrame]:
        clock, stamps = SourceClock(), TimeStamps()
        jpeg = self._takes_jpeg()
        number = came = 0
        while not self._closed:
            ok, picture = self._capture.read()
            arrived_at = time.monotonic()
            if not ok:
                break
            came += 1
            stamp_s = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1e3
            number += stamps.lost_before(stamp_s)
            taken_at = clock.taken_at(stamp_s, arrived_at)
            yield self._frame(picture, number, taken_at, jpeg=jpeg)
            number += 1
        if not self._closed:
            raise CameraError(f"{self.name} gave {came} frames and then no more")

    def _takes_jpeg(self) -> bool:
        """Ask for the bytes of a camera that sends JPEG, and say whether they will come."""
        code = int(self._capture.get(cv2.CAP_PROP_FOURCC))
        return code in _JPEGS and bool(self._capture.set(cv2.CAP_PROP_CONVERT_RGB, 0))

    def _frame(
        self, picture: cv2.typing.MatLike, number: int, taken_at: float, *, jpeg: bool
    ) -> Frame | BadFrame:
        try:
            # Bytes come as one row; a driver that decodes all the same gives a picture.
            if jpeg and (picture.ndim == 1 or 1 in picture.shape[:2]):
                pixels = decode_grey(
                    picture.tobytes(),
                    self.name,
                    convert_colour=self._convert_colour,
                    most_pixels=self._most_pixels,
                )
            else:
                pixels = to_grey(picture, self.name, convert_colour=self._convert_colour)
        except ImageError as error:
            lines = None if jpeg else picture.shape[0]
            return BadFrame(number, taken_at, self.name, Cause.UNREADABLE, str(error), lines)
        return self._size.held(Frame(pixels, number, taken_at, self.name))
