"""JPEG (ITU-T T.81): its segments, its scans, and decoding that takes no warning for a picture.

libjpeg fills what is missing with grey, and goes on after what contradicts itself; it warns of
that, and OpenCV drops the warnings. ``decode`` refuses what libjpeg-turbo warns of. What libjpeg
says nothing of is looked for here: scans of a progressive picture that never came, data that some
write error replaced by one byte again and again, further pictures after the first, and marks that
turn it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from edge.core.image_formats.exif import orientation_of
from edge.core.image_formats.huffman import FillTest
from edge.core.image_formats.runs import RUN, runs
from edge.core.image_formats.unfit import (
    UnfitImageError,
    cut_off,
    require_size,
    require_upright,
    several,
)

_DHT, _SOI, _EOI, _SOS, _DNL, _APP1, _APP2 = 0xC4, 0xD8, 0xD9, 0xDA, 0xDC, 0xE1, 0xE2
_BASELINE, _EXTENDED, _PROGRESSIVE = 0xC0, 0xC1, 0xC2
_FRAMES = frozenset(range(0xC0, 0xD0)) - {_DHT, 0xC8, 0xCC}
_NAMES = {0xC3: "lossless", 0xC7: "lossless", 0xCB: "lossless", 0xCF: "lossless"}
_NAMES |= dict.fromkeys((0xC9, 0xCA, 0xCD, 0xCE), "arithmetic")
_NAMES |= dict.fromkeys((0xC5, 0xC6), "hierarchical")
_SEGMENTS = frozenset((0xDB, 0xDD, _DHT, _SOS, 0xFE, *range(0xE0, 0xF0))) | _FRAMES
_FILLING = re.compile(rb"\xff+")
_MOST_SEGMENTS = 10_000
"""Cameras write ten or twenty; a colour profile or a depth map takes some hundred."""
_MOST_SCANS = 100
"""Encoders write ten or so; each costs a pass over the whole picture."""


@dataclass(slots=True)
class _Walk:
    """What was read of a picture so far.

    Attributes:
        frame: Marker of its frame header; 0 until that comes.
        channels: Components of the frame, by identifier.
        missing: Of a progressive picture, by component and coefficient, the bits that no scan has
            brought; 255 where none has brought anything.
        tables: Huffman tables in force, by class and number, as their segments have them.
        scans: How many there were.
    """

    frame: int = 0
    channels: tuple[int, ...] = ()
    missing: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((0, 64), np.uint8))
    tables: dict[int, bytes] = field(default_factory=dict)
    scans: int = 0


def check(data: bytes, most_pixels: int) -> None:
    """Refuse what is not one whole picture, as far as can be seen without decoding.

    Raises:
        UnfitImageError: It is not.
    """
    walk = _Walk()
    at = 2
    for _ in range(_MOST_SEGMENTS):
        marker, start = _marker(data, at)
        if marker == _EOI:
            break
        if marker not in _SEGMENTS:
            raise _damaged(f"marker 0x{marker:02x} has no place there")
        at = start + int.from_bytes(data[start : start + 2])
        if at < start + 2:
            raise _damaged("a segment has no length")
        if at > len(data):
            raise cut_off()
        _segment(walk, marker, data[start + 2 : at], most_pixels)
        if marker == _SOS:
            at = _scan(walk, data, at, data[start + 2])
    else:
        raise _damaged(f"it has more than {_MOST_SEGMENTS:,} segments")
    if not walk.scans or walk.missing.any():
        raise _damaged("scans of it are missing")
    _refuse_more(data, start)


def decode(data: bytes) -> NDArray[np.uint8]:
    """Pixels [lines, columns] of a grey picture, or [lines, columns, 3] BGR of another, uint8.

    The pixels are those that OpenCV's decoder gives: both are libjpeg-turbo.

    Raises:
        UnfitImageError: libjpeg-turbo warns of anything, or is not installed.
    """
    try:
        import simplejpeg
    except ImportError:
        raise UnfitImageError(
            "is a JPEG, whose damage cannot be seen without the package simplejpeg",
            "Install it: pip install simplejpeg; or give PNG, BMP or TIFF",
        ) from None
    try:
        grey = simplejpeg.decode_jpeg_header(data)[2] == "Gray"
        pixels = simplejpeg.decode_jpeg(data, "GRAY" if grey else "BGR")
    except ValueError as error:
        raise _damaged(_shown(str(error))) from None
    return np.asarray(pixels[..., 0] if grey else pixels, np.uint8)


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """The marker at a place, and where what follows it begins."""
    if at >= len(data):
        raise cut_off()
    if data[at] != 0xFF:
        raise _damaged("there is no marker where a segment ends")
    filling = _FILLING.match(data, at)
    at = filling.end() if filling else at
    if at >= len(data):
        raise cut_off()
    return data[at], at + 1


def _segment(walk: _Walk, marker: int, body: bytes, most_pixels: int) -> None:
    if marker in _FRAMES:
        _frame(walk, marker, body, most_pixels)
    elif marker == _DHT:
        for number, table in _tables(body):
            walk.tables[number] = table
    elif marker == _APP1 and body.startswith(b"Exif\0\0"):
        require_upright(orientation_of(body[6:]))
    elif marker == _APP2 and body.startswith(b"MPF\0"):
        raise several("several")
    elif marker == _SOS:
        _begin_scan(walk, body)


def _frame(walk: _Walk, marker: int, body: bytes, most_pixels: int) -> None:
    if walk.frame:
        raise _damaged("it has a second header")
    if marker in _NAMES:
        raise UnfitImageError(f"is a JPEG of the {_NAMES[marker]} kind", "Save it as baseline JPEG")
    if len(body) < 6 or len(body) != 6 + 3 * body[5]:
        raise _damaged("its header is too short")
    if body[0] != 8:
        raise UnfitImageError(f"has {body[0]} bits a pixel", "Save it with 8 bits a pixel")
    require_size(int.from_bytes(body[3:5]), int.from_bytes(body[1:3]), most_pixels)
    if body[5] not in (1, 3):
        kind = "CMYK" if body[5] == 4 else f"{body[5]} channels"
        raise UnfitImageError(f"is a JPEG of {kind}", "Save it in grey")
    walk.frame, walk.channels = marker, tuple(body[6::3])
    walk.missing = np.full((body[5], 64), 255, np.uint8)


def _tables(body: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 17 <= len(body):
        end = at + 17 + sum(body[at + 1 : at + 17])
        if end > len(body):
            break
        yield body[at], body[at + 1 : end]
        at = end
    if at != len(body):
        raise _damaged("a Huffman table is too short")


def _begin_scan(walk: _Walk, body: bytes) -> None:
    """Note what a scan brings: bits of coefficients, of components."""
    walk.scans += 1
    if not walk.frame or len(body) < 6 or len(body) != 4 + 2 * body[0]:
        raise _damaged("a scan's header is too short, or comes before the picture's")
    if walk.scans > _MOST_SCANS:
        raise _damaged(f"it has more than {_MOST_SCANS} scans")
    first, last, low = body[-3], min(body[-2], 63), body[-1] & 15
    if walk.frame != _PROGRESSIVE:
        first, last, low = 0, 63, 0
    for name in body[1:-3:2]:
        if name not in walk.channels:
            raise _damaged("a scan is of a channel that it does not have")
        walk.missing[walk.channels.index(name), first : last + 1] = low


def _scan(walk: _Walk, data: bytes, start: int, components: int) -> int:
    """Where a scan's data end: at a marker that is not one of those within."""
    scan = np.frombuffer(data, np.uint8)[start:]
    marks = np.flatnonzero(scan[:-1] == 0xFF)
    after = scan[marks + 1]
    ends = marks[(after != 0) & (after != 0xFF) & ((after < 0xD0) | (after > 0xD7))]
    if not ends.size:
        raise cut_off()
    end = int(ends[0])
    if walk.frame != _PROGRESSIVE:
        _refuse_filling(walk, scan[:end], components)
    return start + end


def _refuse_filling(walk: _Walk, scan: NDArray[np.uint8], components: int) -> None:
    """Refuse data that one byte replaces, unless these tables write a smooth area so."""
    test = FillTest(walk.tables, components)
    for value in runs(scan):
        if not test.may_be_smooth(value):
            raise _damaged(f"{RUN} bytes of its data or more are all 0x{value:02x}")


def _refuse_more(data: bytes, end: int) -> None:
    """Bytes after the end are common and harmless, but not another picture."""
    if data.find(b"\xff\xd8\xff", end) >= 0:
        raise several("several")


def _shown(warning: str) -> str:
    text = warning.removeprefix("Corrupt JPEG data: ").strip() or "libjpeg cannot read it"
    return text[:1].lower() + text[1:100]


def _damaged(why: str) -> UnfitImageError:
    return UnfitImageError(f"is a damaged JPEG: {why}")
