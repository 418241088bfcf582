"""Frames out of a video's packets, and which of them show what was filmed.

Where data are damaged FFmpeg conceals: it repeats what was there before and goes on, and every
frame up to the next key frame is drawn over what was made up. It reports that in three ways, none
of which says it all: an error for the packet, a mark on the frame, and a line in its log. Any of
them makes frames unreadable until a key frame that came after it and has none.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edge.core.errors import MissingExtraError

if TYPE_CHECKING:
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_MOST_KEYS = 64
_TELLTALE = ("frame num gap", "missed", "dropping old packet", "corrupt", "concealing")
"""Of what FFmpeg logs as no error, what means that pictures were made up, in lower case."""


@dataclass(frozen=True, slots=True)
class DecodedFrame:
    """What came out of the decoder.

    Attributes:
        picture: The frame; None for one that the decoder gave up.
        damage: Why it is not what was filmed; empty where nothing speaks against it.
    """

    picture: VideoFrame | None
    damage: str = ""


class VideoDecoder:
    """Decodes the packets of one video stream.

    Args:
        stream: Of a container that PyAV has opened.
        most_pixels: Frames of more pixels are refused by FFmpeg before they take memory.
    """

    def __init__(self, stream: VideoStream, most_pixels: int) -> None:
        self._av = load_av()
        self._damage = ""
        self._keys: set[int] = set()
        context = stream.codec_context
        # With several threads an error is told of a later packet than the one that has it.
        context.thread_count = 1
        context.options = {
            "err_detect": "crccheck+bitstream+buffer",
            "max_pixels": str(most_pixels),
        }

    def note(self, logs: list[tuple[int, str, str]]) -> None:
        """Hear what was logged while a packet was read: packets that the network lost."""
        if why := self._fault_in(logs):
            self._damaged(why)

    def decode(self, packet: Packet[Any]) -> Iterator[DecodedFrame]:
        """The frames that a packet completes, some of which may have come before it."""
        error = ""
        frames: list[VideoFrame] = []
        with self._av.logging.Capture() as logs:
            try:
                frames = list(packet.decode())
            except self._av.FFmpegError as fault:
                error = (fault.strerror or str(fault)).lower()
        why = (
            self._fault_in(logs) or error or ("its data came damaged" if packet.is_corrupt else "")
        )
        if why:
            self._damaged(why)
        elif packet.is_keyframe and packet.pts is not None and len(self._keys) < _MOST_KEYS:
            self._keys.add(packet.pts)
        for frame in frames:
            yield DecodedFrame(frame, self._judge(frame, faulty=bool(why)))
        if error and not frames:
            yield DecodedFrame(None, self._damage)

    def _judge(self, frame: VideoFrame, *, faulty: bool) -> str:
        if frame.is_corrupt:
            self._damaged(self._damage or "its data are damaged")
            return self._damage
        fresh = frame.pts in self._keys if frame.pts is not None else not faulty
        if frame.key_frame and fresh:
            self._damage = ""
        return self._damage

    def _damaged(self, why: str) -> None:
        self._damage = why
        self._keys.clear()

    def _fault_in(self, logs: list[tuple[int, str, str]]) -> str:
        for level, _, text in logs:
            line = text.strip()
            if level <= self._av.logging.ERROR or any(mark in line.lower() for mark in _TELLTALE):
                return line[:100]
        return ""


def load_av() -> Any:
    """PyAV, with FFmpeg's log open to ``Capture`` and to nothing else.

    Raises:
        MissingExtraError: It is not installed.
    """
    try:
        import av
        import av.logging
    except ImportError:
        raise MissingExtraError(
            "videos and streams other than motion JPEG over HTTP need PyAV, whose decoder tells "
            "damaged pictures",
            "pip install 'millsight[video]'",
        ) from None
    logger = logging.getLogger("libav")
    logger.propagate = False
    logger.setLevel(logging.CRITICAL + 1)
    # A gap in the numbers of frames is told at this level alone.
    av.logging.set_level(av.logging.DEBUG)
    return av
