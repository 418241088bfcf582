"""EXIF orientation: viewers show the picture turned, decoders give it as it is stored.

Whether labels were drawn on what a viewer shows or on what is stored, no file says: such a picture
is refused until it is stored upright.
"""

from __future__ import annotations

import struct
from pathlib import Path

from edge.core.errors import ImageError
from edge.core.regular_files import read_start

HEAD = 256 * 1024
"""Bytes in which an EXIF block is looked for."""

_TAG = 0x0112
_SHORT = 3
_WORDS = {
    2: "mirrored",
    3: "turned by 180°",
    4: "mirrored upside down",
    5: "mirrored and turned",
    6: "turned by 90°",
    7: "mirrored and turned",
    8: "turned by 270°",
}


def refuse_turned(path: Path) -> None:
    """Make sure that a picture is stored as it is shown.

    Raises:
        ImageError: It has an EXIF orientation other than upright.
    """
    orientation = read_orientation(path)
    if orientation in _WORDS:
        raise ImageError(
            f"{path} has the EXIF orientation {orientation} ({_WORDS[orientation]}): its labels may"
            " be for what viewers show, or for what is stored",
            "Store it upright (mogrify -auto-orient, exiftran -ai), and see that labels still fit",
        )


def read_orientation(path: Path) -> int:
    """EXIF's orientation of a JPEG, PNG, WebP or TIFF file; 1, upright, where it states none."""
    try:
        head = read_start(path, HEAD)
    except OSError:
        return 1
    if head[:4] in (b"II*\0", b"MM\0*"):
        return _of_tiff(head)
    start = _exif_at(head)
    return 1 if start is None else _of_tiff(head[start:])


def _exif_at(head: bytes) -> int | None:
    """Where the TIFF block of a picture's EXIF data begins."""
    if head[:3] == b"\xff\xd8\xff":
        return _in_jpeg(head)
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return _in_chunks(head, 8, ">", b"eXIf")
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return _in_chunks(head, 12, "<", b"EXIF")
    return None


def _in_jpeg(head: bytes) -> int | None:
    at = 2
    while at + 4 <= len(head) and head[at] == 0xFF:
        marker, length = head[at + 1], int.from_bytes(head[at + 2 : at + 4], "big")
        if marker == 0xDA or length < 2:
            return None
        if marker == 0xE1 and head[at + 4 : at + 10] == b"Exif\0\0":
            return at + 10
        at += 2 + length
    return None


def _in_chunks(head: bytes, at: int, order: str, wanted: bytes) -> int | None:
    """Where a chunk's content begins; PNG writes length and name, RIFF name and length."""
    while at + 8 <= len(head):
        first, second = head[at : at + 4], head[at + 4 : at + 8]
        name, size = (second, first) if order == ">" else (first, second)
        (length,) = struct.unpack(f"{order}I", size)
        if name == wanted:
            skip = 6 if head[at + 8 : at + 14] == b"Exif\0\0" else 0
            return at + 8 + skip
        at += 8 + length + (4 if order == ">" else length % 2)
    return None


def _of_tiff(block: bytes) -> int:
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None or len(block) < 8:
        return 1
    (directory,) = struct.unpack(f"{order}I", block[4:8])
    if directory + 2 > len(block):
        return 1
    (count,) = struct.unpack(f"{order}H", block[directory : directory + 2])
    for number in range(count):
        at = directory + 2 + 12 * number
        if at + 10 > len(block):
            return 1
        tag, kind = struct.unpack(f"{order}HH", block[at : at + 4])
        if tag == _TAG and kind == _SHORT:
            (value,) = struct.unpack(f"{order}H", block[at + 8 : at + 10])
            return value if 1 <= value <= 8 else 1
    return 1
