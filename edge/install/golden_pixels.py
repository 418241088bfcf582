"""The pixels of a bundle's golden frames, whose size is known before they are decoded."""

from __future__ import annotations

from pathlib import PurePosixPath

import cv2
import numpy as np

from edge.bundle.load import Bundle
from edge.core.errors import BundleError
from edge.core.frame import Pixels

_PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


def golden_pixels(bundle: Bundle, file: str) -> Pixels:
    """A golden frame's pixels [lines, columns], uint8.

    Raises:
        BundleError: It is no picture, or none of a size that the bundle's networks take; such a one
            is not decoded.
    """
    data, name = bundle.files[file], PurePosixPath(file).name
    size = png_size(data)
    if size is None:
        raise BundleError(f"{name} in the bundle is no picture (PNG)")
    if not bundle.manifest.frame.accepts(*size):
        raise BundleError(
            f"{name} in the bundle is a picture of {size[0]}×{size[1]}; its networks take "
            f"{bundle.manifest.frame}"
        )
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    if pixels is None:
        raise BundleError(f"{name} in the bundle is damaged: it cannot be decoded")
    return np.asarray(pixels, dtype=np.uint8)


def png_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels by the header of a PNG (ISO/IEC 15948, 11.2.2); None: it is none.

    Args:
        data: The file, or its beginning.
    """
    if not data.startswith(_PNG) or len(data) < len(_PNG) + 8:
        return None
    sides = data[len(_PNG) : len(_PNG) + 8]
    return int.from_bytes(sides[:4], "big"), int.from_bytes(sides[4:], "big")
