"""Pictures of strip in every format that is read, and ways in which files are spoiled."""

from __future__ import annotations

import random
from collections.abc import Callable

import cv2
import numpy as np

from edge.core.frame import Pixels

Mutation = Callable[[bytes, random.Random], bytes]

BOUNDARY = b"--frame"
STREAM = "MJPEG stream"
"""Not a file: parts of a multipart stream, of which any number may be spoiled."""

_COMPRESSIONS = {"TIFF, plain": 1, "TIFF, LZW": 5, "TIFF, deflate": 8, "TIFF, PackBits": 32773}


def strip(seed: int = 0, *, height: int = 64, width: int = 200) -> Pixels:
    """Rolled texture with a scratch, [lines, columns] uint8."""
    noise = np.random.default_rng(seed)
    texture = cv2.GaussianBlur(noise.normal(0, 12, (height, width)).astype(np.float32), (0, 0), 1.2)
    pixels = 110 + 2 * texture + noise.normal(0, 3, (height, width))
    grey = np.asarray(pixels.clip(0, 255), np.uint8)
    cv2.line(grey, (width // 4, 8), (width // 2, height - 8), 30, 2)
    return grey


def samples(pixels: Pixels) -> dict[str, bytes]:
    """One file of each format, by its name."""
    jpeg = (cv2.IMWRITE_JPEG_QUALITY, 90)
    files = {
        "JPEG": encoded(".jpg", pixels, *jpeg),
        "JPEG, restarts": encoded(".jpg", pixels, *jpeg, cv2.IMWRITE_JPEG_RST_INTERVAL, 4),
        "JPEG, progressive": encoded(".jpg", pixels, *jpeg, cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
        "JPEG, colour": encoded(".jpg", np.dstack([pixels] * 3), *jpeg),
        "PNG": encoded(".png", pixels),
        "BMP": encoded(".bmp", pixels),
        "PGM": encoded(".pgm", pixels),
        "WebP": encoded(".webp", pixels, cv2.IMWRITE_WEBP_QUALITY, 90),
        "WebP, lossless": encoded(".webp", pixels, cv2.IMWRITE_WEBP_QUALITY, 101),
    }
    for name, number in _COMPRESSIONS.items():
        files[name] = encoded(".tif", pixels, cv2.IMWRITE_TIFF_COMPRESSION, number)
    return files


def multipart(parts: list[bytes]) -> bytes:
    """A stream of pictures as cameras send them over HTTP."""
    head = BOUNDARY + b"\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"
    return b"".join(head % len(part) + part + b"\r\n" for part in parts) + BOUNDARY + b"--\r\n"


def encoded(suffix: str, pixels: Pixels, *options: int) -> bytes:
    """A picture in the format of a suffix, as OpenCV writes it."""
    return bytes(cv2.imencode(suffix, pixels, options)[1].tobytes())


def _place(data: bytes, rng: random.Random, most: int) -> tuple[int, int]:
    start = rng.randrange(len(data))
    return start, min(len(data), start + rng.randint(1, max(1, most)))


def _bit(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]


def _changed(data: bytes, rng: random.Random) -> bytes:
    start, end = _place(data, rng, 16)
    return data[:start] + rng.randbytes(end - start) + data[end:]


def _zeros(data: bytes, rng: random.Random) -> bytes:
    start, end = _place(data, rng, len(data) // 4)
    return data[:start] + bytes(end - start) + data[end:]


def _filled(data: bytes, rng: random.Random) -> bytes:
    start, end = _place(data, rng, len(data) // 4)
    return data[:start] + bytes([rng.randrange(256)]) * (end - start) + data[end:]


def _other(data: bytes, rng: random.Random) -> bytes:
    start, end = _place(data, rng, len(data) // 4)
    return data[:start] + rng.randbytes(end - start) + data[end:]


def _removed(data: bytes, rng: random.Random) -> bytes:
    start, end = _place(data, rng, len(data) // 4)
    return data[:start] + data[end:]


def _repeated(data: bytes, rng: random.Random) -> bytes:
    start, end = _place(data, rng, len(data) // 4)
    return data[:end] + data[start:end] + data[end:]


def _cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def _cut_and_ended(data: bytes, rng: random.Random) -> bytes:
    tail = 2 if data.startswith(b"\xff\xd8") else 12
    return data[: rng.randrange(len(data) - tail)].rstrip(b"\xff") + data[-tail:]


MUTATIONS: dict[str, Mutation] = {
    "a bit turned": _bit,
    "up to 16 bytes changed": _changed,
    "a hole of zeros": _zeros,
    "a hole of one byte": _filled,
    "a hole of others": _other,
    "a piece removed": _removed,
    "a piece repeated": _repeated,
    "cut off": _cut,
    "cut off, end kept": _cut_and_ended,
}
