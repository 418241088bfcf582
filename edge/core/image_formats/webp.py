"""WebP (RIFF container; RFC 9649): one picture, as long as the container says.

It has no checksum, and almost every sequence of bytes is some picture: data that were changed
cannot be told from others, but for long runs of one byte in a lossless picture. A lossy one has
such runs where it is black. libwebp refuses what ends too early.
"""

from __future__ import annotations

import numpy as np

from edge.core.image_formats.exif import orientation_of
from edge.core.image_formats.runs import RUN, runs
from edge.core.image_formats.unfit import (
    UnfitImageError,
    cut_off,
    require_size,
    require_upright,
    several,
)

_ANIMATED = 0x02
_MOST_CHUNKS = 100_000


def check(data: bytes, most_pixels: int) -> None:
    """Refuse what is not one whole picture.

    Raises:
        UnfitImageError: It is not.
    """
    end = int.from_bytes(data[4:8], "little") + 8
    if len(data) < 30 or end > len(data):
        raise cut_off()
    pictures = 0
    for kind, body in _chunks(data, end):
        if kind == b"VP8X":
            if body[0] & _ANIMATED:
                raise _animated()
            width, height = (int.from_bytes(body[at : at + 3], "little") + 1 for at in (4, 7))
            require_size(width, height, most_pixels)
        elif kind in (b"ANIM", b"ANMF"):
            raise _animated()
        elif kind == b"VP8 ":
            require_size(*_lossy(body), most_pixels)
            pictures += 1
        elif kind == b"VP8L":
            require_size(*_lossless(body), most_pixels)
            for value in runs(np.frombuffer(body, np.uint8)):
                raise UnfitImageError(
                    f"is a damaged WebP: {RUN} bytes of its data or more are all 0x{value:02x}"
                )
            pictures += 1
        elif kind == b"EXIF":
            require_upright(orientation_of(bytes(body).removeprefix(b"Exif\0\0")))
    if pictures != 1:
        raise UnfitImageError("is a damaged WebP: it has no picture data")
    if data.startswith(b"RIFF", end):
        raise several("several")
    if len(data) - end > 1:
        raise UnfitImageError("is a damaged WebP: it holds more than its header says")


def _chunks(data: bytes, end: int) -> list[tuple[bytes, memoryview]]:
    found: list[tuple[bytes, memoryview]] = []
    at, view = 12, memoryview(data)
    while at + 8 <= end and len(found) < _MOST_CHUNKS:
        length = int.from_bytes(view[at + 4 : at + 8], "little")
        if at + 8 + length > end:
            raise cut_off()
        body = view[at + 8 : at + 8 + length]
        if data[at : at + 4] in (b"VP8X", b"VP8 ", b"VP8L") and length < 10:
            raise UnfitImageError("is a damaged WebP: a header in it is too short")
        found.append((data[at : at + 4], body))
        at += 8 + length + length % 2
    return found


def _lossy(body: memoryview) -> tuple[int, int]:
    """Width and height in a key frame's header (RFC 6386, section 9.1)."""
    if body[0] & 1 or bytes(body[3:6]) != b"\x9d\x01\x2a":
        raise UnfitImageError("is a damaged WebP: its picture has no start code")
    width, height = (int.from_bytes(body[at : at + 2], "little") & 0x3FFF for at in (6, 8))
    return width, height


def _lossless(body: memoryview) -> tuple[int, int]:
    if body[0] != 0x2F:
        raise UnfitImageError("is a damaged WebP: its picture has no start code")
    bits = int.from_bytes(body[1:5], "little")
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


def _animated() -> UnfitImageError:
    return UnfitImageError("is an animated WebP", "Save each picture in a file of its own")
