"""Reads and writes image files as grey pixels; refuses truncated files and colour."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np

from edge.core.errors import ImageError, MissingPathError
from edge.core.files import write_whole
from edge.core.frame import Pixels
from edge.core.image_formats import MAX_PIXELS, UnfitImageError, check, jpeg
from edge.core.image_formats.content import NEEDED, Content, content_of
from edge.core.regular_files import UnfitFileError, read_regular, read_start

__all__ = [
    "MAX_PIXELS",
    "SUFFIXES",
    "NotAFileError",
    "decode_grey",
    "read_grey",
    "to_grey",
    "what_is",
    "write_image",
]

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp", ".pgm"})
"""Endings of names that images usually have, lower case; what a file is, its content says."""

COLOUR_TOLERANCE = 12
"""Grey levels by which the channels of a grey pixel may differ: JPEG rounds the chroma."""

_MOST_BYTES_A_PIXEL = 5
"""An uncompressed picture of four channels has four; some room is for what else a file holds."""

_SILENT = 0


class NotAFileError(ImageError):
    """What has an image's name is a pipe, a device or the like, or too large: no use to wait."""


def read_grey(
    path: str | os.PathLike[str], *, convert_colour: bool = False, most_pixels: int = MAX_PIXELS
) -> Pixels:
    """Read an image file as grey pixels [lines, columns], uint8.

    What it is, its content says, and not its name. Three equal channels are grey. Real colour is
    refused, or converted (Rec. 601 luma) where ``convert_colour`` says so.

    Args:
        path: The file.
        convert_colour: Turn real colour into grey rather than refuse it.
        most_pixels: A picture of more pixels is refused by its header.

    Raises:
        MissingPathError: There is no such file.
        NotAFileError: It is no regular file, or too large a one.
        ImageError: Not an image, damaged or cut off as far as its format shows, of several
            pictures, not 8-bit, transparent, marked as turned, or of real colour.
    """
    path = Path(path)
    try:
        data = read_regular(path, most_pixels * _MOST_BYTES_A_PIXEL + 2**20)
    except FileNotFoundError:
        raise MissingPathError(f"there is no image {path}") from None
    except UnfitFileError as error:
        raise NotAFileError(
            f"{path} is not read: {error.strerror}", "Leave it out, or move it away"
        ) from None
    except OSError as error:
        raise ImageError(f"{path} cannot be read: {error.strerror}", "Check the disk") from None
    return decode_grey(data, str(path), convert_colour=convert_colour, most_pixels=most_pixels)


def what_is(path: Path) -> Content:
    """What a file is by its content; ``other`` where it is no regular file or cannot be read."""
    try:
        return content_of(read_start(path, NEEDED))
    except OSError:
        return Content("other")


def decode_grey(
    data: bytes, source: str, *, convert_colour: bool = False, most_pixels: int = MAX_PIXELS
) -> Pixels:
    """Grey pixels [lines, columns], uint8, of an image file's bytes.

    Args:
        data: All of the file.
        source: What errors call it.
        convert_colour: Turn real colour into grey rather than refuse it.
        most_pixels: A picture of more pixels is refused by its header.

    Raises:
        ImageError: As ``read_grey``.
    """
    try:
        name = check(data, most_pixels).name
        pixels = jpeg.decode(data) if name == "JPEG" else _decode(data)
        if pixels.ndim == 3 and pixels.shape[2] == 4 and pixels[..., 3].min() < 255:
            raise UnfitImageError("has transparent pixels", "Save it without transparency")
    except UnfitImageError as error:
        raise ImageError(f"{source} {error.why}", error.hint) from None
    except MemoryError:
        raise ImageError(f"{source} needs more memory than there is", "") from None
    return to_grey(pixels, source, convert_colour=convert_colour)


def _decode(data: bytes) -> cv2.typing.MatLike:
    _be_quiet()
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        pixels = None
    if pixels is None:
        raise UnfitImageError("is damaged: it cannot be decoded")
    if pixels.dtype != np.uint8:
        raise UnfitImageError(
            f"has {pixels.dtype.itemsize * 8} bits a pixel", "Save it with 8 bits a pixel"
        )
    return pixels


def _be_quiet() -> None:
    """Keep OpenCV from writing to stderr of each fault: it is raised."""
    if "OPENCV_LOG_LEVEL" not in os.environ:
        # OpenCV 5 has moved it.
        set_level = getattr(cv2, "setLogLevel", None) or cv2.utils.logging.setLogLevel
        set_level(_SILENT)


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


def encode_image(suffix: str, pixels: cv2.typing.MatLike, *, quality: int = 92) -> bytes:
    """A picture as the content of a file; the suffix chooses the format."""
    options = [cv2.IMWRITE_JPEG_QUALITY, quality] if suffix.lower() in {".jpg", ".jpeg"} else []
    return cv2.imencode(suffix, pixels, options)[1].tobytes()


def write_image(path: Path, pixels: cv2.typing.MatLike, *, quality: int = 92) -> None:
    """Write a picture atomically; the suffix chooses the format.

    Raises:
        UnwritableError: The folder cannot be written, or the disk is full.
    """
    write_whole(path, encode_image(path.suffix, pixels, quality=quality), durable=False)
