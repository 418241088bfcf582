"""What an image file is and whether it is whole, by its content, before a decoder sees it.

Decoders conceal: they fill what is missing, and go on where the data contradict each other. So
each format has a module whose ``check`` walks the file's own structure and refuses what the decoder
would hide. ``docs/images.md`` lists what each library hides and what of it no check can see.
"""

from __future__ import annotations

from edge.core.image_formats import bmp, jpeg, netpbm, png, tiff, webp
from edge.core.image_formats.content import Content, content_of
from edge.core.image_formats.unfit import UnfitImageError

__all__ = ["MAX_PIXELS", "Content", "UnfitImageError", "check", "content_of"]

MAX_PIXELS = 64_000_000
"""Pixels that a picture may have unless set otherwise; more are refused by the header."""

_CHECKS = {
    "JPEG": jpeg.check,
    "PNG": png.check,
    "TIFF": tiff.check,
    "BMP": bmp.check,
    "PGM": netpbm.check,
    "WebP": webp.check,
}


def check(data: bytes, most_pixels: int = MAX_PIXELS) -> Content:
    """Refuse what is not one whole picture of 8 bits a pixel in a format that is read.

    Args:
        data: The whole file.
        most_pixels: Columns times lines that it may have, by its header.

    Returns:
        What it is.

    Raises:
        UnfitImageError: It is something else, damaged, cut off, too large, or of several pictures.
    """
    content = content_of(data)
    if content.name not in _CHECKS:
        raise UnfitImageError(content.refusal, "Give JPEG, PNG, TIFF, BMP, PGM or WebP")
    _CHECKS[content.name](data, most_pixels)
    return content
