"""Masks and their run-length forms: Kaggle's (Severstal) and COCO's, both column by column.

A mask is a bool array [height, width]. Kaggle's runs are ``start length`` pairs, pixels numbered
from 1 down each column first. COCO's counts alternate background and foreground lengths, in the
same column order, beginning with background; the compressed form packs them in ASCII, five bits a
character, as ``maskApi.c`` of the COCO API does.

An example of 2 lines and 3 columns; down the columns its pixels are 0 1, 1 1, 0 1::

    >>> mask = np.array([[0, 1, 0], [1, 1, 1]], dtype=np.bool_)
    >>> mask_to_kaggle(mask)  # pixels 2 to 4, and pixel 6
    '2 3 6 1'
    >>> mask_to_coco_counts(mask)  # 1 background, 3 foreground, 1 background, 1 foreground
    [1, 3, 1, 1]
    >>> mask_to_coco(mask)  # the fourth count is stored as its difference to the second: 1 - 3
    {'size': [2, 3], 'counts': '131N'}
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from edge.core.errors import LabelError

Mask = NDArray[np.bool_]
Runs = NDArray[np.int64]
"""Shape [runs, 2]: zero-based start and length of each run, in column order."""

_KAGGLE = re.compile(r"\s*(\d+\s+\d+(\s+\d+\s+\d+)*\s*)?", re.ASCII)


class CocoRle(TypedDict):
    """COCO's compressed run-length mask: ``size`` [height, width] and ASCII ``counts``."""

    size: list[int]
    counts: str


def mask_to_runs(mask: Mask) -> Runs:
    """Foreground runs of a mask [height, width] in column order."""
    flat = np.asarray(mask, dtype=np.bool_).ravel(order="F")
    edges = np.flatnonzero(np.diff(flat, prepend=False, append=False))
    return np.stack([edges[::2], edges[1::2] - edges[::2]], axis=1).astype(np.int64)


def runs_to_mask(runs: Runs, height: int, width: int) -> Mask:
    """Draw foreground runs into a new mask [height, width].

    Raises:
        LabelError: A run is empty, leaves the image, or overlaps another.
    """
    runs = np.asarray(runs, dtype=np.int64).reshape(-1, 2)
    size = height * width
    check_runs(runs, size)
    steps = np.zeros(size + 1, dtype=np.int8)
    np.add.at(steps, runs[:, 0], 1)
    np.add.at(steps, runs.sum(axis=1), -1)
    return np.cumsum(steps[:-1], dtype=np.int8).astype(np.bool_).reshape((height, width), order="F")


def check_runs(runs: Runs, size: int) -> None:
    """Make sure that every run has a length, lies within ``size`` pixels and overlaps no other.

    Raises:
        LabelError: Names the first run at fault, counted from 1 as Kaggle does.
    """
    starts, lengths = runs[:, 0], runs[:, 1]
    for fault, bad in (
        ("is empty", lengths <= 0),
        ("begins before the image", starts < 0),
        (f"goes past the image's last pixel {size}", (starts >= size) | (lengths > size - starts)),
    ):
        if bad.any():
            start, length = runs[int(np.argmax(bad))]
            raise LabelError(f"run length '{start + 1} {length}' {fault}")
    ordered = runs[np.argsort(starts, kind="stable")]
    overlap = ordered[1:, 0] < ordered[:-1].sum(axis=1)
    if overlap.any():
        start, length = ordered[1:][int(np.argmax(overlap))]
        raise LabelError(f"run length '{start + 1} {length}' overlaps another")


def parse_kaggle(text: str) -> Runs:
    """Read Kaggle's ``start length start length …`` as zero-based runs, in the order written.

    Raises:
        LabelError: The text is not pairs of whole numbers.
    """
    if not _KAGGLE.fullmatch(text):
        shown = text if len(text) <= 40 else text[:37] + "…"
        raise LabelError(f"run lengths {shown!r} are not pairs of whole numbers")
    try:
        numbers = np.array(text.split(), dtype=np.int64).reshape(-1, 2)
    except (OverflowError, ValueError):
        raise LabelError("a run length is far larger than any image") from None
    return np.asarray(numbers - np.array([1, 0]), dtype=np.int64)


def mask_from_kaggle(text: str, height: int, width: int) -> Mask:
    """Decode Kaggle's run lengths into a mask [height, width]; empty text is an empty mask.

    Raises:
        LabelError: Not pairs of numbers, past the image's end, or overlapping.
    """
    return runs_to_mask(parse_kaggle(text), height, width)


def mask_to_kaggle(mask: Mask) -> str:
    """Encode a mask [height, width] as Kaggle's run lengths; an empty mask is empty text."""
    return " ".join(map(str, (mask_to_runs(mask) + np.array([1, 0])).ravel()))


def mask_from_coco_counts(counts: Sequence[int], height: int, width: int) -> Mask:
    """Decode COCO's uncompressed counts, which must fill the image exactly.

    Raises:
        LabelError: A count is negative, or they do not add up to the image.
    """
    try:
        lengths = np.asarray(counts, dtype=np.int64)
    except (OverflowError, TypeError, ValueError):
        raise LabelError("run-length counts are not whole numbers") from None
    if lengths.ndim != 1 or (lengths < 0).any() or lengths.sum() != height * width:
        raise LabelError(
            f"run-length counts add up to {lengths.sum()} pixels; "
            f"a {width}×{height} image has {height * width}"
        )
    values = np.arange(len(lengths)) % 2 == 1
    return np.repeat(values, lengths).reshape((height, width), order="F")


def mask_to_coco_counts(mask: Mask) -> list[int]:
    """COCO's uncompressed counts of a mask [height, width], background first."""
    flat = np.asarray(mask, dtype=np.bool_).ravel(order="F")
    edges = np.flatnonzero(np.diff(flat, prepend=False))
    counts: list[int] = np.diff(edges, prepend=0, append=flat.size).tolist()
    return counts


def mask_to_coco(mask: Mask) -> CocoRle:
    """Encode a mask [height, width] as COCO's compressed run lengths."""
    height, width = mask.shape
    return {"size": [height, width], "counts": _compressed(mask_to_coco_counts(mask))}


def piece_to_coco(piece: Mask, place: tuple[int, int], size: tuple[int, int]) -> CocoRle:
    """Encode a mask that covers only a part of an image; only the columns of the part cost time.

    Args:
        piece: Mask [lines, columns] of the part.
        place: x, y of its first pixel in the image; the part lies within the image.
        size: Height and width of the image.
    """
    (x, y), (height, width) = place, size
    columns = np.zeros((height, piece.shape[1]), dtype=np.bool_)
    columns[y : y + piece.shape[0]] = piece
    counts = mask_to_coco_counts(columns)
    counts[0] += x * height
    if after := (width - x - piece.shape[1]) * height:
        # Counts begin with background, so an odd number of them also ends with background.
        if len(counts) % 2:
            counts[-1] += after
        else:
            counts.append(after)
    return {"size": [height, width], "counts": _compressed(counts)}


def _compressed(counts: list[int]) -> str:
    text: list[str] = []
    for i, count in enumerate(counts):
        left = count - counts[i - 2] if i > 2 else count
        while True:
            bits, left = left & 0x1F, left >> 5
            more = left != (-1 if bits & 0x10 else 0)
            text.append(chr(48 + (bits | (0x20 if more else 0))))
            if not more:
                break
    return "".join(text)


def mask_from_coco(rle: CocoRle) -> Mask:
    """Decode COCO's compressed run lengths into a mask [height, width].

    Raises:
        LabelError: The text is cut off, holds other characters, or does not fill the image.
    """
    height, width = rle["size"]
    return mask_from_coco_counts(_decompressed(rle["counts"]), height, width)


def columns_in(rle: CocoRle, *bands: tuple[int, int]) -> list[list[int]]:
    """Columns with foreground pixels within bands of lines, ascending; a column may occur twice.

    Decoding the whole mask instead takes many times as long.

    Args:
        rle: The mask.
        bands: First line of each band, and the line after its last.

    Raises:
        LabelError: The text is cut off or holds other characters.
    """
    height = rle["size"][0]
    columns: list[list[int]] = [[] for _ in bands]
    place = 0
    counts = _decompressed(rle["counts"])
    for background, foreground in zip(counts[::2], counts[1::2], strict=False):
        start = place + background
        place = start + foreground
        for (first, last), found in zip(bands, columns, strict=True):
            found.extend(range((start - last) // height + 1, (place - first - 1) // height + 1))
    return columns


def _decompressed(text: str) -> list[int]:
    """Decode the compressed text into COCO's counts, background first."""
    counts: list[int] = []
    value = shift = 0
    for character in text:
        bits = ord(character) - 48
        if not 0 <= bits < 64:
            raise LabelError(f"compressed run lengths hold the character {character!r}")
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits & 0x20:
            continue
        if bits & 0x10:
            value -= 1 << shift
        counts.append(value + counts[-2] if len(counts) > 2 else value)
        value = shift = 0
    if shift:
        raise LabelError("compressed run lengths are cut off")
    return counts
