"""Groups of samples that must never cross a split: identical files, look-alikes, given pairs."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from edge.core.errors import ImageError
from edge.core.regular_files import IMAGE_BYTES, read_regular
from train.data.progress import ItemProgress, quiet
from train.data.sample import Sample

HASH_COLUMNS, HASH_LINES = 32, 8
"""Cells of the difference hash: strip frames are wide, so the usual 8×8 would see little."""

_BLOCK = 512


def join_identical(samples: Sequence[Sample]) -> list[Sample]:
    """Put samples whose files hold the same bytes into one group; other groups stay.

    Raises:
        ImageError: An image file cannot be read.
    """
    return join_pairs(samples, identical_pairs([sample.path for sample in samples]))


def join_similar(
    samples: Sequence[Sample], distance: int, progress: ItemProgress = quiet
) -> list[Sample]:
    """Put samples whose hashes differ in at most ``distance`` of 256 bits into one group.

    Raises:
        ImageError: An image cannot be decoded.
    """
    hashes = np.stack(
        [
            difference_hash(sample.read())
            for sample in progress(samples, "Comparing images", len(samples))
        ]
    )
    return join_pairs(samples, similar_pairs(hashes, distance))


def identical_pairs(paths: Sequence[Path]) -> list[tuple[int, int]]:
    """Pairs of files with the same bytes; only files of one size are read.

    Raises:
        ImageError: A file cannot be read.
    """
    try:
        by_size: dict[int, list[int]] = defaultdict(list)
        for i, path in enumerate(paths):
            by_size[path.stat().st_size].append(i)
        first: dict[bytes, int] = {}
        pairs = []
        for alike in by_size.values():
            for i in alike if len(alike) > 1 else ():
                digest = hashlib.sha256(read_regular(paths[i], IMAGE_BYTES)).digest()
                if first.setdefault(digest, i) != i:
                    pairs.append((first[digest], i))
    except OSError as error:
        raise ImageError(f"{error.filename} cannot be read: {error.strerror}") from None
    return pairs


def difference_hash(pixels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """256 bits, bool: whether brightness rises from cell to cell along x, on a 33×8 picture.

    N. Krawetz, "Kind of Like That", 2013.
    """
    size = (HASH_COLUMNS + 1, HASH_LINES)
    small = cv2.resize(pixels.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    return (small[:, 1:] > small[:, :-1]).ravel()


def similar_pairs(hashes: NDArray[np.bool_], distance: int) -> list[tuple[int, int]]:
    """Pairs of hashes [n, bits] at a Hamming distance of at most ``distance`` bits."""
    # With bits as ±1 a dot product is bits that agree less bits that differ.
    signs = np.where(hashes, 1, -1).astype(np.float32)
    least = hashes.shape[1] - 2 * distance
    pairs: list[tuple[int, int]] = []
    for first in range(0, len(signs), _BLOCK):
        rows, columns = np.nonzero(signs[first : first + _BLOCK] @ signs[first:].T >= least)
        upper = rows < columns
        pairs += zip((rows[upper] + first).tolist(), (columns[upper] + first).tolist(), strict=True)
    return pairs


def join_pairs(samples: Sequence[Sample], pairs: Sequence[tuple[int, int]]) -> list[Sample]:
    """Merge groups that a pair connects; the merged group is named as its first sample's was."""
    first_of: dict[str, int] = {}
    links = [(first_of.setdefault(s.group, i), i) for i, s in enumerate(samples)] + list(pairs)
    rows, columns = np.array(links, dtype=np.int64).reshape(-1, 2).T
    shape = (len(samples), len(samples))
    graph = coo_array((np.ones(len(links), np.int8), (rows, columns)), shape=shape)
    _, part = connected_components(graph, directed=False)
    name: dict[int, str] = {}
    for number, sample in zip(part.tolist(), samples, strict=True):
        name.setdefault(number, sample.group)
    return [replace(s, group=name[n]) for s, n in zip(samples, part.tolist(), strict=True)]
