"""Which pictures may share surface: landmarks alike that agree on one placement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from train.data.duplicates.landmarks import Landmarks, posed, posed_places

KEY_BITS = 15
"""Bits of a signature that must agree for two landmarks to be compared."""

KEY_STARTS = (1, 9, 17, 25, 33, 41, 49)
"""First bit of each key; low frequencies, which differ least from picture to picture, are first."""

KEYS_POSED = (0, 2, 4)
"""Which keys find mirrored and turned pictures: mostly whole copies, with many landmarks each."""

MOST_ALIKE = 24
"""Neighbours of one key that a landmark is compared with: keys of common textures hold many."""

MOST_BITS_APART = 15
"""Bits of 63 in which signatures of one landmark may differ."""

CELL = 6
"""Pixels within which placements count as one."""

LEAST_VOTES, LEAST_VOTES_POSED = 2, 3
"""Landmarks that agree, for a picture as it is and for one that is mirrored or turned."""

MOST_VOTES = 400
"""Agreeing landmarks of a pair that are looked at; copies have thousands, and few suffice."""


@dataclass(frozen=True, slots=True)
class Placement:
    """How a second picture would lie on a first.

    Attributes:
        first: Index of a picture.
        second: Index of another, larger.
        pose: How the second is laid; see ``train.data.duplicates.landmarks.POSES``.
        dx: What the laid second shows at (x, y), the first shows at (x + dx, y + dy), in pixels.
        dy: See ``dx``.
    """

    first: int
    second: int
    pose: int
    dx: int
    dy: int


class LandmarkIndex:
    """Landmarks of all pictures, sorted by each of their keys.

    Args:
        found: Landmarks of each picture.
        sizes: Width and height of each picture [n, 2], in pixels.
    """

    def __init__(self, found: Sequence[Landmarks], sizes: NDArray[np.int32]) -> None:
        counts = [len(f.signatures) for f in found]
        self.owner = np.repeat(np.arange(len(found), dtype=np.int32), counts)
        self.sizes = sizes
        self.places = np.concatenate([f.places for f in found])
        self.signatures = np.concatenate([f.signatures for f in found])
        keys = [_key(self.signatures, start) for start in KEY_STARTS]
        self._order = [np.lexsort((self.signatures, key)) for key in keys]
        self._keys = [key[order] for key, order in zip(keys, self._order, strict=True)]

    def placements(self, pose: int) -> list[Placement]:
        """For each pair of pictures the placement that most landmarks agree on, if enough do.

        Args:
            pose: How the second picture of each pair is laid.
        """
        if not len(self.owner):
            return []
        owner, places = self.owner, self.places
        asked = posed(self.signatures, pose) if pose else self.signatures
        laid = posed_places(places, self.sizes[owner], pose) if pose else places
        keys = KEYS_POSED if pose else range(len(KEY_STARTS))
        found = [pair for number in keys for pair in self._alike(asked, number)]
        if not found:
            return []
        # Of two pictures the one with the larger index is the one that is laid.
        second = np.concatenate([one for one, _ in found])
        first = np.concatenate([other for _, other in found])
        pairs = np.unique(first * len(owner) + second)
        first, second = pairs // len(owner), pairs % len(owner)
        shifts = places[first] - laid[second]
        pictures = owner[first].astype(np.int64) * len(self.sizes) + owner[second]
        return list(self._agreed(pictures, shifts, pose))

    def _alike(
        self, asked: NDArray[np.uint64], number: int
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Landmarks [n] as asked, of later pictures, and those [n] of earlier ones that are alike.

        Args:
            asked: Signatures [landmarks] as they are sought.
            number: Of the key.
        """
        order, keys = self._order[number], self._keys[number]
        wanted = _key(asked, KEY_STARTS[number])
        # Asking in the order of the keys keeps memory accesses close together.
        turn = np.argsort(wanted, kind="stable")
        at = np.searchsorted(keys, wanted[turn], side="left")
        past = np.searchsorted(keys, wanted[turn], side="right")
        for _ in range(MOST_ALIKE):
            there = at < past
            turn, at, past = turn[there], at[there], past[there]
            if not len(turn):
                return
            one, other = turn, order[at]
            earlier = self.owner[other] < self.owner[one]
            one, other = one[earlier], other[earlier]
            near = _bits(asked[one] ^ self.signatures[other]) <= MOST_BITS_APART
            yield one[near], other[near]
            at = at + 1

    def _agreed(
        self, pictures: NDArray[np.int64], shifts: NDArray[np.int32], pose: int
    ) -> Iterator[Placement]:
        least = LEAST_VOTES_POSED if pose else LEAST_VOTES
        order = np.argsort(pictures, kind="stable")
        pictures, shifts = pictures[order], shifts[order]
        starts = np.flatnonzero(np.append(True, pictures[1:] != pictures[:-1]))
        ends = np.append(starts[1:], len(pictures))
        enough = ends - starts >= least
        for start, end in zip(starts[enough].tolist(), ends[enough].tolist(), strict=True):
            of_pair = shifts[start : min(end, start + MOST_VOTES)]
            near = np.abs(of_pair[:, None, :] - of_pair[None, :, :]).max(axis=2) <= CELL
            votes = near.sum(axis=1)
            best = int(votes.argmax())
            if votes[best] >= least:
                dx, dy = np.median(of_pair[near[best]], axis=0)
                first, second = divmod(int(pictures[start]), len(self.sizes))
                yield Placement(first, second, pose, round(dx), round(dy))


def _key(signatures: NDArray[np.uint64], start: int) -> NDArray[np.uint16]:
    shifted = signatures >> np.uint64(start)
    return (shifted & np.uint64(2**KEY_BITS - 1)).astype(np.uint16)


def _bits(values: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """How many bits of each value are set."""
    parts = np.ascontiguousarray(values).view(np.uint16).reshape(-1, 4)
    return np.asarray(_SET_BITS[parts].sum(axis=1, dtype=np.uint8))


_SET_BITS = (
    np.unpackbits(np.arange(2**16, dtype=np.uint16).view(np.uint8))
    .reshape(-1, 16)
    .sum(axis=1, dtype=np.uint8)
)
