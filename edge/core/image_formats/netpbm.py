"""PGM and PPM in bytes (Netpbm's P5 and P6): as many bytes of pixels as the header says.

It has no checksum: pixels that were changed cannot be told from others. OpenCV ignores the highest
value and reads one picture of several.
"""

from __future__ import annotations

import re

from edge.core.image_formats.unfit import (
    UnfitImageError,
    cut_off,
    require_size,
    several,
    sixteen_bits,
)

_GAP = rb"(?:\s|#[^\n\r]{0,1000}[\n\r])+"
_HEADER = re.compile(
    rb"P([56])" + _GAP + rb"(\d{1,9})" + _GAP + rb"(\d{1,9})" + _GAP + rb"(\d{1,9})\s"
)


def check(data: bytes, most_pixels: int) -> None:
    """Refuse what is not one whole picture.

    Raises:
        UnfitImageError: It is not.
    """
    found = _HEADER.match(data[:8192])
    if found is None:
        raise UnfitImageError("is a damaged PGM: its header cannot be read")
    width, height, highest = (int(group) for group in found.groups()[1:])
    require_size(width, height, most_pixels)
    if highest > 255:
        raise sixteen_bits(16)
    if highest != 255:
        raise UnfitImageError(
            f"is a PGM whose white is {highest}", "Save it with 255 as the highest value"
        )
    end = found.end() + width * height * (1 if found.group(1) == b"5" else 3)
    if end > len(data):
        raise cut_off()
    rest = data[end:].strip(b"\r\n\0")
    if re.match(rb"P[1-7]\s", rest):
        raise several("several")
    if rest:
        raise UnfitImageError("is a damaged PGM: it holds more than its header says")
