"""Video files and network streams through FFmpeg, as PyAV has it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from edge.cameras.backlog import Backlog
from edge.cameras.base import Camera
from edge.cameras.same_size import SameSize
from edge.cameras.source_clock import SourceClock
from edge.cameras.time_stamps import TimeStamps
from edge.cameras.video_decoder import VideoDecoder, load_av
from edge.core.errors import CameraError, ImageError, MillsightError
from edge.core.frame import BadFrame, Frame, Pixels
from edge.core.images import MAX_PIXELS, decode_grey, to_grey
from edge.core.inspection import Cause

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame

_MOTION_JPEG = "mjpeg"
_GREY = frozenset({"gray", "gray8"})
_UNTIMED = frozenset({"mpjpeg", "mjpeg", "h264", "hevc", "vvc", "m4v", "obu", "rawvideo"})
"""Formats without time stamps, of which FFmpeg makes some up at 25 frames a second."""

_MOST_MISSING = 1_000_000


class VideoCamera(Camera):
    """Gives the frames of a video file or stream; those that FFmpeg made up as bad frames.

    Motion JPEG is not decoded by FFmpeg, which conceals what is damaged, but as image files are. A
    live source's time stamps say when a frame was taken, however late it comes, and by how many
    periods it is apart from the one before; where a format has none, frames count from when they
    came. A frame of another size than the first is a bad one.

    Args:
        opening: Opens it, and raises ``CameraError`` where it cannot.
        name: What the person at the line calls it.
        live: Whether frames come in their own time. One that does is opened at once; a file
            when its frames are asked for, and that it cannot be is then a bad frame.
        convert_colour: Turn real colour into grey rather than refuse it.
        most_pixels: Frames of more are refused.

    Raises:
        CameraError: It is live and cannot be opened.
        MissingExtraError: It is live and PyAV is not installed.
    """

    counts = False

    def __init__(
        self,
        opening: Callable[[], InputContainer],
        name: str,
        *,
        live: bool,
        convert_colour: bool = False,
        most_pixels: int = MAX_PIXELS,
    ) -> None:
        self.name = name
        self.live = live
        self._opening = opening
        self._convert_colour = convert_colour
        self._most_pixels = most_pixels
        self._size = SameSize(name)
        self._closed = False
        self._reads = False
        self._container = opening() if live else None

    def __iter__(self) -> Iterator[Frame | BadFrame]:
        self._reads = True
        try:
            yield from self._live() if self.live else self._recorded()
        finally:
            self._free()

    def close(self) -> None:
        """End iteration after the frame that is being read. Safe to call twice."""
        self._closed = True
        if not self._reads:
            self._free()

    def _free(self) -> None:
        if self._container is not None:
            self._container.close()
            self._container = None

    def _live(self) -> Iterator[Frame | BadFrame]:
        assert self._container is not None
        stream = self._container.streams.video[0]
        timed = self._container.format.name not in _UNTIMED
        clock, stamps = SourceClock(), TimeStamps()
        backlog = Backlog(float(stream.average_rate or 0.0) if timed else 0.0)
        number = came = 0
        for pts, item in self._items(self._container):
            arrived_at = time.monotonic()
            came += 1
            if not backlog.over(arrived_at):
                continue
            taken_at = arrived_at
            if timed and pts is not None and stream.time_base is not None:
                stamp_s = float(pts * stream.time_base)
                number += stamps.lost_before(stamp_s)
                taken_at = clock.taken_at(stamp_s, arrived_at)
            yield self._given(item, number, taken_at)
            number += 1
        if not self._closed:
            raise CameraError(f"{self.name} gave {came} frames and then no more")

    def _recorded(self) -> Iterator[Frame | BadFrame]:
        number, lines = 0, 0
        try:
            self._container = self._opening()
        except MillsightError as error:
            yield self._bad(number, time.monotonic(), str(error))
            return
        stream = self._container.streams.video[0]
        for _, item in self._items(self._container):
            given = self._given(item, number, time.monotonic())
            lines = given.pixels.shape[0] if isinstance(given, Frame) else given.lines or lines
            yield given
            number += 1
        # Some containers say how many frames they hold; that others are estimated to hold some
        # number says nothing.
        missing = min(max(stream.frames, 1) - number, _MOST_MISSING)
        if missing > 0 and not self._closed:
            why = f"{self.name} ended after {number} of {number + missing} frames: it is cut off"
            yield self._bad(number, time.monotonic(), why, missing * lines or None)

    def _items(self, container: InputContainer) -> Iterator[tuple[int | None, Pixels | BadFrame]]:
        """What each packet gives, until the source ends, fails or is closed, with its time stamp.

        Frames that refer to later ones are sent after those: a picture's stamp is its own, and not
        that of the packet that completes it.
        """
        av: Any = load_av()
        stream = container.streams.video[0]
        decoder = VideoDecoder(stream, self._most_pixels)
        jpegs = stream.codec_context.name == _MOTION_JPEG
        packets = container.demux(stream)
        while not self._closed:
            with av.logging.Capture() as logs:
                try:
                    packet = next(packets, None)
                except av.FFmpegError:
                    return
            if packet is None:
                return
            decoder.note(logs)
            if jpegs:
                if packet.size:
                    yield packet.pts, self._jpeg(bytes(packet))
                continue
            for decoded in decoder.decode(packet):
                lines = stream.codec_context.height or None
                pts = packet.pts if decoded.picture is None else decoded.picture.pts
                yield pts, self._picture(decoded.picture, decoded.damage, lines)

    def _jpeg(self, data: bytes) -> Pixels | BadFrame:
        try:
            return decode_grey(
                data,
                self.name,
                convert_colour=self._convert_colour,
                most_pixels=self._most_pixels,
            )
        except ImageError as error:
            return self._bad(0, 0.0, str(error))

    def _picture(
        self, picture: VideoFrame | None, damage: str, lines: int | None
    ) -> Pixels | BadFrame:
        lines = lines if picture is None else picture.height
        if damage or picture is None:
            why = f"{self.name}: the picture is made up since its data were damaged ({damage})"
            return self._bad(0, 0.0, why, lines)
        if picture.rotation:
            why = f"{self.name} is marked to be turned by {picture.rotation}°"
            return self._bad(0, 0.0, why, lines)
        format_ = "gray" if picture.format.name in _GREY else "bgr24"
        try:
            pixels = picture.to_ndarray(format=format_)
            return to_grey(pixels, self.name, convert_colour=self._convert_colour)
        except ImageError as error:
            return self._bad(0, 0.0, str(error), lines)

    def _given(self, item: Pixels | BadFrame, number: int, taken_at: float) -> Frame | BadFrame:
        if isinstance(item, BadFrame):
            return self._bad(number, taken_at, item.detail, item.lines)
        return self._size.held(Frame(item, number, taken_at, self.name))

    def _bad(self, number: int, taken_at: float, why: str, lines: int | None = None) -> BadFrame:
        return BadFrame(number, taken_at, self.name, Cause.UNREADABLE, why, lines)
