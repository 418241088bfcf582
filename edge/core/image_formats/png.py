"""PNG (ISO/IEC 15948): every chunk's checksum, one picture, all of it.

libpng refuses damaged and missing picture data by itself. It ignores what follows the end, and
OpenCV drops transparency of grey pictures, further pictures of an animation, and rounds 16 bits.
"""

from __future__ import annotations

import zlib

from edge.core.image_formats.exif import orientation_of
from edge.core.image_formats.unfit import (
    UnfitImageError,
    cut_off,
    require_size,
    require_upright,
    several,
    sixteen_bits,
)

_MOST_CHUNKS = 1_000_000
"""Encoders write some kilobytes a chunk."""
_START = b"\x89PNG\r\n\x1a\n"


def check(data: bytes, most_pixels: int) -> None:
    """Refuse what is not one whole picture.

    Raises:
        UnfitImageError: It is not.
    """
    if not data.startswith(_START):
        if _START.startswith(data):
            raise cut_off()
        raise UnfitImageError(
            "is a damaged PNG: its first bytes were changed, as FTP's text mode does"
        )
    at, first, pixels = len(_START), True, False
    view = memoryview(data)
    for _ in range(_MOST_CHUNKS):
        if at + 12 > len(data):
            raise cut_off()
        length, kind = int.from_bytes(view[at : at + 4]), bytes(view[at + 4 : at + 8])
        end = at + 12 + length
        if first:
            _header(kind, data[at + 8 : at + 8 + length], most_pixels)
            first = False
        if end > len(data):
            raise cut_off()
        if zlib.crc32(view[at + 4 : end - 4]) != int.from_bytes(view[end - 4 : end]):
            raise UnfitImageError(f"is a damaged PNG: the checksum of {kind!a} is wrong"[:100])
        pixels |= kind == b"IDAT"
        _refuse_by_chunk(kind, view[at + 8 : end - 4])
        at = end
        if kind == b"IEND":
            break
    else:
        raise UnfitImageError(f"is a damaged PNG: it has more than {_MOST_CHUNKS:,} chunks")
    if not pixels:
        raise UnfitImageError("is a damaged PNG: it has no picture data")
    if data.find(_START, at) >= 0:
        raise several("several")


def _header(kind: bytes, body: bytes, most_pixels: int) -> None:
    if kind != b"IHDR" or len(body) < 13:
        raise UnfitImageError("is a damaged PNG: it does not begin with its header")
    require_size(int.from_bytes(body[:4]), int.from_bytes(body[4:8]), most_pixels)
    if body[8] == 16:
        raise sixteen_bits(16)


def _refuse_by_chunk(kind: bytes, body: memoryview) -> None:
    if kind == b"acTL":
        raise UnfitImageError("is an animated PNG", "Save each picture in a file of its own")
    if kind == b"tRNS":
        raise UnfitImageError("has transparent pixels", "Save it without transparency")
    if kind == b"eXIf":
        require_upright(orientation_of(bytes(body)))
