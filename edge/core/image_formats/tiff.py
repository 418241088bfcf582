"""TIFF 6.0 and BigTIFF: one page, and of every strip or tile as many bytes as its pixels need.

libtiff goes on where a strip's data end early or contradict themselves, and OpenCV keeps what was
in memory there; it reads the first page of many. So every strip is measured here, by its
compression.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

from edge.core.image_formats.lzw import decoded_length
from edge.core.image_formats.unfit import (
    UnfitImageError,
    cut_off,
    require_size,
    require_upright,
    several,
    sixteen_bits,
)

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 256, 257, 258, 259, 262
_FILL_ORDER, _STRIPS, _ORIENTATION, _SAMPLES, _ROWS, _STRIP_BYTES = 266, 273, 274, 277, 278, 279
_PLANES, _PREDICTOR, _TILE_WIDTH, _TILE_HEIGHT, _TILES, _TILE_BYTES = 284, 317, 322, 323, 324, 325
_FORMAT = 339

_TYPES = {1: "B", 3: "H", 4: "I", 16: "Q"}
_NONE, _LZW, _DEFLATE, _PACKBITS, _OLD_DEFLATE = 1, 5, 8, 32773, 32946
_NAMES = {
    2: "CCITT",
    3: "CCITT",
    4: "CCITT",
    6: "JPEG",
    7: "JPEG",
    34892: "JPEG",
    50000: "Zstandard",
}

_Tags = dict[int, tuple[int, ...]]


def check(data: bytes, most_pixels: int) -> None:
    """Refuse what is not one whole picture.

    Raises:
        UnfitImageError: It is not.
    """
    tags = _only_page(data)
    width, height = _one(tags, _WIDTH, 0), _one(tags, _HEIGHT, 0)
    require_size(width, height, most_pixels)
    samples = _one(tags, _SAMPLES, 1)
    _refuse_by_tags(tags, samples)
    if _TILES in tags:
        across, along = _one(tags, _TILE_WIDTH, 0), _one(tags, _TILE_HEIGHT, 0)
        require_size(across, along, most_pixels)
        pieces = -(-width // across) * -(-height // along)
        full = across * along * samples
        lengths = [full] * min(pieces, len(data) + 1)
        offsets, counts = tags[_TILES], tags.get(_TILE_BYTES, ())
    else:
        rows = min(_one(tags, _ROWS, height) or height, height)
        # As long as the file at most: a header alone must not fill memory.
        starts = range(0, height, rows)[: len(data) + 1]
        lengths = [min(rows, height - start) * width * samples for start in starts]
        # Some programs fill the last strip up.
        full = rows * width * samples
        offsets, counts = tags.get(_STRIPS, ()), tags.get(_STRIP_BYTES, ())
    if not len(offsets) == len(counts) == len(lengths):
        raise _damaged("its strips are not as many as its lines need")
    if any(offset + count > len(data) for offset, count in zip(offsets, counts, strict=True)):
        raise cut_off()
    if sum(counts) > len(data):
        # Or a small file would be read many thousand times.
        raise _damaged("its strips overlap")
    compression = _one(tags, _COMPRESSION, _NONE)
    for offset, count, length in zip(offsets, counts, lengths, strict=True):
        if _given(data[offset : offset + count], full, compression) not in (length, full):
            raise _damaged("data of a strip are missing or contradict themselves")


def _only_page(data: bytes) -> _Tags:
    order = "<" if data[:2] == b"II" else ">"
    big = data[2:4] in (b"+\0", b"\0+")
    if len(data) < (16 if big else 8):
        raise cut_off()
    at = struct.unpack_from(f"{order}Q" if big else f"{order}I", data, 8 if big else 4)[0]
    head, entry, wide = ("Q", 20, "Q") if big else ("H", 12, "I")
    start = at + struct.calcsize(f"{order}{head}")
    if at < 8 or start > len(data):
        raise cut_off()
    (count,) = struct.unpack_from(f"{order}{head}", data, at)
    end = start + entry * count
    if end + struct.calcsize(wide) > len(data):
        raise cut_off()
    tags: _Tags = {}
    for place in range(start, end, entry):
        tag, kind, values = struct.unpack_from(f"{order}HH{wide}", data, place)
        tags[tag] = _values(data, order, kind, values, place + 4 + struct.calcsize(wide), wide)
    if struct.unpack_from(f"{order}{wide}", data, end)[0]:
        raise several("several")
    return tags


def _values(
    data: bytes, order: str, kind: int, count: int, place: int, wide: str
) -> tuple[int, ...]:
    """An entry's whole numbers; none of what is of another type."""
    letter = _TYPES.get(kind)
    if letter is None:
        return ()
    size = count * struct.calcsize(letter)
    if size > struct.calcsize(wide):
        (place,) = struct.unpack_from(f"{order}{wide}", data, place)
    if place + size > len(data):
        raise cut_off()
    return struct.unpack_from(f"{order}{count}{letter}", data, place)


def _refuse_by_tags(tags: _Tags, samples: int) -> None:
    """Refuse what OpenCV reads in a way of its own, or not at all."""
    bits = tags.get(_BITS, (1,))
    if max(bits, default=1) > 8:
        raise sixteen_bits(max(bits))
    if set(bits) != {8} or any(kind != 1 for kind in tags.get(_FORMAT, ())):
        raise UnfitImageError("is no TIFF of 8 bits a sample", "Save it with 8 bits a pixel")
    compression = _one(tags, _COMPRESSION, _NONE)
    if compression not in (_NONE, _LZW, _DEFLATE, _OLD_DEFLATE, _PACKBITS):
        name = _NAMES.get(compression, f"compression {compression}")
        raise UnfitImageError(
            f"is a TIFF compressed by {name}", "Save it uncompressed, or by deflate or LZW"
        )
    photometric = _one(tags, _PHOTOMETRIC, 1)
    if photometric not in (0, 1, 2) or samples not in (1, 3, 4) or _one(tags, _FILL_ORDER, 1) != 1:
        raise UnfitImageError("is a TIFF of neither grey nor RGB", "Save it in grey")
    if samples > 1 and _one(tags, _PLANES, 1) != 1:
        raise UnfitImageError("is a TIFF whose colours are stored apart", "Save it in grey")
    if _one(tags, _PREDICTOR, 1) not in (1, 2):
        raise UnfitImageError("is a TIFF of floating point", "Save it with 8 bits a pixel")
    require_upright(_one(tags, _ORIENTATION, 1))


def _given(piece: bytes, most: int, compression: int) -> int:
    """Bytes of pixels that a strip's or tile's data give; 0 where they contradict themselves."""
    if compression == _NONE:
        return len(piece)
    if compression == _LZW:
        return decoded_length(piece, most)
    if compression == _PACKBITS:
        return _packbits_length(piece, most)
    inflate = zlib.decompressobj()
    try:
        given = len(inflate.decompress(piece, most))
        # Its checksum comes after its last byte, and is compared only when that was read.
        given += len(inflate.decompress(inflate.unconsumed_tail, 64))
    except zlib.error:
        return 0
    return given if inflate.eof else 0


def _packbits_length(piece: bytes, most: int) -> int:
    """Bytes that run lengths give (TIFF 6.0, section 9); 0 where they run past the end."""
    at = given = 0
    while at < len(piece) and given <= most:
        count = piece[at]
        if count < 128:
            at += count + 2
            given += count + 1
        elif count > 128:
            at += 2
            given += 257 - count
        else:
            at += 1
    return given if at <= len(piece) else 0


def _one(tags: _Tags, tag: int, default: int) -> int:
    values: Sequence[int] = tags.get(tag) or (default,)
    return values[0]


def _damaged(why: str) -> UnfitImageError:
    return UnfitImageError(f"is a damaged TIFF: {why}")
