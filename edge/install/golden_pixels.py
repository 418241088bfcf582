"""The pixels of a bundle's golden frames, whose size is known before they are decoded."""

from __future__ import annotations

from pathlib import PurePosixPath

from edge.bundle.load import Bundle
from edge.core.errors import BundleError, ImageError
from edge.core.frame import Pixels
from edge.core.images import decode_grey

MAX_GOLDEN_PIXELS = 16_000_000
"""Pixels of a golden frame: every network scores it, and a frame of strip has less than a million.
"""


def golden_pixels(bundle: Bundle, file: str) -> Pixels:
    """A golden frame's pixels [lines, columns], uint8.

    Raises:
        BundleError: It cannot be decoded, is larger than frames of the bundle can be, or of a size
            that its networks do not take.
    """
    sizes = bundle.manifest.frame
    most_pixels = min(MAX_GOLDEN_PIXELS, sizes.max_width * sizes.max_height)
    name = f"{PurePosixPath(file).name} in the bundle"
    try:
        pixels = decode_grey(bundle.files[file], name, convert_colour=True, most_pixels=most_pixels)
    except ImageError as error:
        raise BundleError(error.what, "Export the bundle again") from None
    height, width = pixels.shape
    if not sizes.accepts(width, height):
        raise BundleError(
            f"{name} is a picture of {width}×{height}; the networks take {sizes}",
            "Export the bundle again",
        )
    return pixels
