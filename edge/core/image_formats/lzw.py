"""How many bytes LZW data of a TIFF give, without decoding them (TIFF 6.0, section 13).

After a Clear code the widths of codes follow from their number alone, so all codes up to the next
Clear are cut out at once. Each code stands for the string of an earlier one and one byte more, so
that strings' lengths are depths in a tree, found by pointer jumping.
"""

from __future__ import annotations

import numpy as np

from edge.core.image_formats.runs import runs

_CLEAR, _END = 256, 257
_LAST = 3838
"""The highest number of a code after Clear: the table is full."""

_BYTES_A_CLEAR, _PIXELS_A_CLEAR = 1024, 4096
"""Encoders write Clear where the table is full, after 5,000 bytes, or where 10,000 bytes of pixels
were compressed worse than those before. More often means data that only keep a reader busy."""

_NUMBERS = np.arange(_LAST + 1)
_WIDTHS = 9 + np.searchsorted([254, 766, 1790], _NUMBERS, side="right")
_STARTS = np.concatenate(([0], np.cumsum(_WIDTHS)))
_ENDS = _STARTS[1:]
_SHIFTS = 24 - _WIDTHS
_MASKS = (1 << _WIDTHS) - 1


def decoded_length(data: bytes, most: int) -> int:
    """Bytes that the codes give up to their end code.

    0 where they have none, contradict themselves, give more than ``most``, or hold what no encoder
    writes: it always takes the longest string that it knows, and so never repeats a few codes.
    """
    if data[:1] == b"\0" or next(runs(np.frombuffer(data, np.uint8)), None) is not None:
        # The first of these is written least significant bit first, as before TIFF 6.0.
        return 0
    padded = np.frombuffer(data + b"\0\0\0", np.uint8).astype(np.int64)
    words = padded[:-2] << 16 | padded[1:-1] << 8 | padded[2:]
    at, bits, given = 0, 8 * len(data), 0
    clears = 64 + max(len(data) // _BYTES_A_CLEAR, most // _PIXELS_A_CLEAR)
    while given <= most and clears:
        clears -= 1
        count = int(np.searchsorted(_ENDS, bits - at, side="right"))
        if not count:
            return 0
        places = _STARTS[:count] + at
        codes = words[places >> 3] >> (_SHIFTS[:count] - (places & 7)) & _MASKS[:count]
        stops = np.flatnonzero((codes | 1) == _END)
        used = int(stops[0]) if stops.size else count
        lengths = _lengths(codes[:used])
        if lengths is None:
            return 0
        given += lengths
        if not stops.size:
            return 0
        if codes[used] == _END:
            return given
        at += int(_STARTS[used + 1])
    return 0


def _lengths(codes: np.ndarray[tuple[int], np.dtype[np.int64]]) -> int | None:
    """Bytes that the codes between two Clears stand for; None where one means nothing yet."""
    numbers = _NUMBERS[: len(codes)]
    if bool((codes - 258 >= numbers).any()):
        return None
    strings = codes >= 258
    parents = np.where(strings, codes - 258, numbers)
    depths = strings.astype(np.int64)
    deep = np.flatnonzero(depths[parents])
    while deep.size:
        above = parents[deep]
        depths[deep] += depths[above]
        parents[deep] = parents[above]
        deep = deep[depths[parents[deep]] > 0]
    return int(depths.sum()) + len(codes)
