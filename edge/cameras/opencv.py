"""USB cameras, streams, GStreamer pipelines and video files through OpenCV."""

from __future__ import annotations

import statistics
import time
from collections import deque
from collections.abc import Iterator

import cv2

from edge.cameras.backlog import Backlog
from edge.cameras.base import Camera
from edge.cameras.source_clock import SourceClock
from edge.core.errors import CameraError, ImageError
from edge.core.frame import BadFrame, Frame
from edge.core.images import to_grey
from edge.core.inspection import Cause


class OpenCVCamera(Camera):
    """Gives the frames of an opened ``cv2.VideoCapture``.

    A live source's time stamps say when a frame was taken, however late it comes, and by how many
    frame periods it is apart from the one before: its number jumps by those that were lost. Strip
    is followed by time, which tells of lost frames also where there are no stamps.

    Args:
        capture: What OpenCV has opened (see ``edge.cameras.capture``); released at the end.
        name: What the person at the line calls it.
        live: Whether frames come in their own time.
        keeps: Whether it keeps frames that come while it is opened (a stream); they are left out.
        convert_colour: Turn real colour into grey rather than refuse it.
    """

    counts = False

    def __init__(
        self,
        capture: cv2.VideoCapture,
        name: str,
        *,
        live: bool,
        keeps: bool = False,
        convert_colour: bool = False,
    ) -> None:
        self.name = name
        self.live = live
        self._keeps = keeps
        self._convert_colour = convert_colour
        self._closed = False
        self._reads = False
        self._capture = capture

    def __iter__(self) -> Iterator[Frame | BadFrame]:
        self._reads = True
        try:
            yield from self._live() if self.live else self._recorded()
        finally:
            self._capture.release()

    def close(self) -> None:
        """End iteration after the frame that is being read. Safe to call twice."""
        self._closed = True
        if not self._reads:
            self._capture.release()

    def _live(self) -> Iterator[Frame | BadFrame]:
        clock, stamps = SourceClock(), TimeStamps()
        backlog = Backlog(self._capture.get(cv2.CAP_PROP_FPS)) if self._keeps else None
        number = came = 0
        while not self._closed:
            ok, picture = self._capture.read()
            arrived_at = time.monotonic()
            if not ok:
                break
            came += 1
            if backlog is not None and not backlog.over(arrived_at):
                continue
            stamp_s = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1e3
            number += stamps.lost_before(stamp_s)
            yield self._frame(picture, number, clock.taken_at(stamp_s, arrived_at))
            number += 1
        if not self._closed:
            raise CameraError(f"{self.name} gave {came} frames and then no more")

    def _recorded(self) -> Iterator[Frame | BadFrame]:
        promised = int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT))
        number = 0
        while not self._closed:
            ok, picture = self._capture.read()
            if not ok:
                break
            yield self._frame(picture, number, time.monotonic())
            number += 1
        if not self._closed and number < max(promised, 1):
            raise CameraError(
                f"{self.name} ended after {number} of {promised} frames",
                "The file is cut off or damaged; copy or record it again",
            )

    def _frame(self, picture: cv2.typing.MatLike, number: int, taken_at: float) -> Frame | BadFrame:
        try:
            pixels = to_grey(picture, self.name, convert_colour=self._convert_colour)
        except ImageError as error:
            return BadFrame(
                number, taken_at, self.name, Cause.UNREADABLE, str(error), picture.shape[0]
            )
        return Frame(pixels, number, taken_at, self.name)


class TimeStamps:
    """Finds frames that a source lost by the time stamps of those that came.

    The period is the median of the last few steps, so that it follows a rate that changes.
    """

    def __init__(self) -> None:
        self._last: float | None = None
        self._steps: deque[float] = deque(maxlen=31)

    def lost_before(self, stamp_s: float) -> int:
        """Frames lost between the one before and this one; 0 until the period is known."""
        last, self._last = self._last, stamp_s
        if last is None or stamp_s <= last:
            return 0
        step = stamp_s - last
        known = len(self._steps) >= 5
        lost = max(0, round(step / statistics.median(self._steps)) - 1) if known else 0
        self._steps.append(step)
        return lost
