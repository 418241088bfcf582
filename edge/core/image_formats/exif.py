"""The orientation in EXIF data (CIPA DC-008), which viewers turn a picture by."""

from __future__ import annotations

import struct

_ORIENTATION = 274


def orientation_of(exif: bytes) -> int:
    """The orientation tag of a block of EXIF data, from its TIFF header on; 1 without one."""
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None or len(exif) < 8:
        return 1
    (first,) = struct.unpack_from(f"{order}I", exif, 4)
    if first + 2 > len(exif):
        return 1
    (count,) = struct.unpack_from(f"{order}H", exif, first)
    for at in range(first + 2, min(first + 2 + 12 * count, len(exif) - 11), 12):
        tag, kind, values, value = struct.unpack_from(f"{order}HHIH", exif, at)
        if tag == _ORIENTATION and kind == 3 and values == 1:
            return int(value)
    return 1
