"""Image files with any header, built by hand where no library writes them."""

from __future__ import annotations

import struct
import zlib

import cv2
import numpy as np

from edge.core.frame import Pixels

STRIP: Pixels = np.asarray(
    np.random.default_rng(7).normal(110, 9, (40, 104)).clip(0, 255), np.uint8
)
HEIGHT, WIDTH = STRIP.shape


def encoded(suffix: str, *options: int, pixels: Pixels = STRIP) -> bytes:
    return bytes(cv2.imencode(suffix, pixels, options)[1].tobytes())


def jpeg(*options: int) -> bytes:
    return encoded(".jpg", cv2.IMWRITE_JPEG_QUALITY, 92, *options)


def exif(orientation: int, order: str = "<") -> bytes:
    """EXIF data with an orientation alone."""
    start = b"II" if order == "<" else b"MM"
    entry = struct.pack(f"{order}HHIHH", 274, 3, 1, orientation, 0)
    return start + struct.pack(f"{order}HIH", 42, 8, 1) + entry + bytes(4)


def with_segment(data: bytes, marker: int, body: bytes) -> bytes:
    """A JPEG with a further segment after its first marker."""
    segment = bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body
    return data[:2] + segment + data[2:]


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(
    *extra: bytes,
    size: tuple[int, int] = (WIDTH, HEIGHT),
    depth: int = 8,
    colour: int = 0,
    interlaced: int = 0,
    data: bytes | None = None,
) -> bytes:
    """A PNG of the strip, or of what ``data`` inflates to."""
    lines = b"".join(b"\0" + line.tobytes() for line in STRIP)
    header = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, interlaced)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + b"".join(extra)
        + chunk(b"IDAT", zlib.compress(lines) if data is None else data)
        + chunk(b"IEND", b"")
    )


def tiff(order: str = "<", *, big: bool = False, pages: int = 1, **changes: object) -> bytes:
    """A TIFF of the strip in one strip of data; ``tag_N`` changes or removes (None) a tag."""
    data = bytes(changes.pop("data", STRIP.tobytes()))  # type: ignore[arg-type]
    start = 16 if big else 8
    tags: dict[int, object] = {
        256: WIDTH,
        257: HEIGHT,
        258: 8,
        259: 1,
        262: 1,
        273: start,
        277: 1,
        278: HEIGHT,
        279: len(data),
    }
    tags |= {int(name.removeprefix("tag_")): value for name, value in changes.items()}
    given = sorted((tag, value) for tag, value in tags.items() if value is not None)
    head = b"II" if order == "<" else b"MM"
    at = start + len(data)
    if big:
        head += struct.pack(f"{order}HHHQ", 43, 8, 0, at)
        entries = b"".join(struct.pack(f"{order}HHQQ", tag, 16, 1, value) for tag, value in given)
        directory = struct.pack(f"{order}Q", len(given)) + entries
        link = "Q"
    else:
        head += struct.pack(f"{order}HI", 42, at)
        entries = b"".join(struct.pack(f"{order}HHII", tag, 4, 1, value) for tag, value in given)
        directory = struct.pack(f"{order}H", len(given)) + entries
        link = "I"
    size = len(directory) + struct.calcsize(link)
    found = b""
    for page in range(pages):
        following = at + size * (page + 1) if page < pages - 1 else 0
        found += directory + struct.pack(f"{order}{link}", following)
    return head + data + found


def bmp(depth: int = 24, *, height: int = HEIGHT, compression: int = 0, more: bytes = b"") -> bytes:
    """A BMP of the strip; a negative height goes from the top down."""
    planes = {24: [STRIP] * 3, 32: [STRIP] * 3 + [STRIP * 0]}[depth]
    lines = np.dstack(planes)
    pixels = (lines[::-1] if height > 0 else lines).tobytes()
    header = struct.pack(
        "<IiiHHIIiiII", 40, WIDTH, height, 1, depth, compression, len(pixels), 0, 0, 0, 0
    )
    start = struct.pack("<2sIHHI", b"BM", 54 + len(pixels), 0, 0, 54)
    return start + header + pixels + more


def pgm(header: bytes | None = None, more: bytes = b"") -> bytes:
    return (header or b"P5 %d %d 255\n" % (WIDTH, HEIGHT)) + STRIP.tobytes() + more


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(
        kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
        for kind, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def webp_parts(data: bytes) -> list[tuple[bytes, bytes]]:
    """The chunks of a WebP."""
    at, found = 12, []
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at + 4)
        found.append((data[at : at + 4], data[at + 8 : at + 8 + length]))
        at += 8 + length + length % 2
    return found
