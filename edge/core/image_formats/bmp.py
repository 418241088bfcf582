"""BMP (Windows bitmap): as many bytes of pixels as its header says.

It has no checksum: pixels that were changed cannot be told from others.
"""

from __future__ import annotations

import struct

from edge.core.image_formats.unfit import UnfitImageError, cut_off, require_size, several

_PADDING = 4
_DEPTHS = (1, 4, 8, 24, 32)
_COMPRESSIONS = {1: "run lengths", 2: "run lengths", 4: "JPEG", 5: "PNG"}


def check(data: bytes, most_pixels: int) -> None:
    """Refuse what is not one whole picture.

    Raises:
        UnfitImageError: It is not.
    """
    if len(data) < 26:
        raise cut_off()
    start, size = struct.unpack_from("<II", data, 10)
    if size == 12:
        width, height, planes, depth = struct.unpack_from("<HHHH", data, 18)
        compression = 0
    elif 40 <= size <= 124 and len(data) >= 54:
        width, height, planes, depth, compression = struct.unpack_from("<iiHHI", data, 18)
    else:
        raise UnfitImageError("is a damaged BMP: its header has no known size")
    require_size(width, abs(height), most_pixels)
    if compression in _COMPRESSIONS:
        raise UnfitImageError(
            f"is a BMP compressed by {_COMPRESSIONS[compression]}",
            "Save it uncompressed, or as PNG",
        )
    if planes != 1 or depth not in _DEPTHS or compression not in (0, 3, 6):
        raise UnfitImageError(
            f"is a BMP of {planes} planes, {depth} bits, compression {compression}",
            "Save it as PNG",
        )
    if start < 14 + size or start > 14 + size + 16 + 4 * 256 + 4096:
        raise UnfitImageError("is a damaged BMP: its pixels begin nowhere")
    end = start + (width * depth + 31) // 32 * 4 * abs(height)
    if end > len(data):
        raise cut_off()
    if data[end : end + 2] == b"BM" and len(data) - end > 26:
        raise several("several")
    if len(data) - end > _PADDING:
        raise UnfitImageError("is a damaged BMP: it holds more than its header says")
