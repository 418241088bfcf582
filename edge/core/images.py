"""Reads and writes image files as grey pixels; refuses truncated files and colour."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np

from edge.core.errors import ImageError, MissingPathError
from edge.core.files import write_whole
from edge.core.frame import Pixels

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp", ".pgm"})
"""File name endings that are read as images, lower case."""

COLOUR_TOLERANCE = 12
"""Grey levels by which the channels of a grey pixel may differ: JPEG rounds the chroma."""


def read_grey(path: str | os.PathLike[str], *, convert_colour: bool = False) -> Pixels:
    """Read an image file as grey pixels [lines, columns], uint8.

    Three equal channels count as grey. Colour is refused, or converted (Rec. 601 luma) if
    ``convert_colour`` is set.

    Raises:
        MissingPathError: There is no such file.
        ImageError: Not an image, truncated, not 8-bit, or in colour.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except (FileNotFoundError, ValueError):  # a path with a null byte in it is a ValueError
        raise MissingPathError(f"there is no image {path}") from None
    except OSError as error:
        raise ImageError(f"{path} cannot be read: {error.strerror}", "Check the disk") from None
    _refuse_truncated(path, data)
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        pixels = None
    if pixels is None:
        raise ImageError(f"{path} is not an image that can be decoded", "Copy or export it again")
    if pixels.dtype != np.uint8:
        raise ImageError(
            f"{path} has {pixels.dtype.itemsize * 8} bits a pixel", "Save it with 8 bits a pixel"
        )
    return to_grey(pixels, str(path), convert_colour=convert_colour)


def to_grey(pixels: cv2.typing.MatLike, source: str, *, convert_colour: bool = False) -> Pixels:
    """Grey pixels [lines, columns] of a decoded picture [lines, columns(, 1, 3 or 4)], uint8, BGR.

    Raises:
        ImageError: The picture is in colour and ``convert_colour`` is not set.
    """
    if pixels.ndim == 2:
        return np.ascontiguousarray(pixels, dtype=np.uint8)
    if pixels.shape[2] == 1:
        return np.ascontiguousarray(pixels[..., 0], dtype=np.uint8)
    colour = np.ascontiguousarray(pixels[..., :3])
    if not convert_colour and _has_colour(colour):
        raise ImageError(
            f"{source} has real colour; millsight inspects grey pictures",
            "Save it in grey or set the camera to mono, or allow it to be converted: "
            "--convert-colour, in Python convert_colour=True",
        )
    return np.asarray(cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY), np.uint8)


def _has_colour(picture: cv2.typing.MatLike) -> bool:
    """Whether the channels differ in more than one pixel in a thousand (in OpenCV, for speed)."""
    blue, green, red = cv2.split(picture)
    highest = cv2.max(cv2.max(blue, green), red)
    spread = cv2.subtract(highest, cv2.min(cv2.min(blue, green), red))
    coloured = cv2.countNonZero(cv2.threshold(spread, COLOUR_TOLERANCE, 1, cv2.THRESH_BINARY)[1])
    return coloured > spread.size // 1000


def _refuse_truncated(path: Path, data: bytes) -> None:
    """Refuse a truncated file: decoders fill its missing part with grey, which looks like strip."""
    if not data:
        raise ImageError(f"{path} is empty", "Copy or export it again")
    endings = {b"\xff\xd8\xff": b"\xff\xd9", b"\x89PNG": b"IEND\xaeB`\x82"}
    for start, end in endings.items():
        if data.startswith(start) and end not in data[-1024:]:
            raise ImageError(f"{path} is cut off before its end", "Copy or export it again")


def write_image(path: Path, pixels: cv2.typing.MatLike, *, quality: int = 92) -> None:
    """Write a picture atomically; the suffix chooses the format.

    Raises:
        UnwritableError: The folder cannot be written, or the disk is full.
    """
    options = (
        [cv2.IMWRITE_JPEG_QUALITY, quality] if path.suffix.lower() in {".jpg", ".jpeg"} else []
    )
    encoded = cv2.imencode(path.suffix, pixels, options)[1]
    write_whole(path, encoded.tobytes(), durable=False)
