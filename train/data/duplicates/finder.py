"""Pairs of near-duplicates of a data set."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import TypeVar

import cv2
import numpy as np

from edge.core.errors import MillsightError
from train.data.duplicates.candidates import LandmarkIndex, Placement
from train.data.duplicates.landmarks import (
    POSES,
    Landmarks,
    Texture,
    find_landmarks,
    texture_of,
)
from train.data.duplicates.overlap import SharedSurface, shared_surface
from train.data.progress import ItemProgress, quiet
from train.data.sample import Sample

MOST_PIXELS = 600_000_000
"""Pixels of a data set that are looked at; larger sets are looked at smaller."""

LEAST_SIDE = 64
"""Pixels that pictures are not made smaller than."""

KEPT = 128
"""Textures that are kept while pairs are compared."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """Two samples that show the same surface.

    Attributes:
        first: Index of a sample.
        second: Index of another, larger.
        mirrored_or_turned: Whether the second is.
    """

    first: int
    second: int
    mirrored_or_turned: bool


def find_near_duplicates(
    samples: Sequence[Sample], progress: ItemProgress = quiet
) -> list[NearDuplicate]:
    """Every pair of samples that share a piece of surface, by its texture.

    Found whatever the exposure, under any shift that leaves some 24 pixels of overlap, mirrored and
    turned by right angles. An image that cannot be read shares nothing.
    """
    if len(samples) < 2:
        return []
    scale = _scale(samples)
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        try:
            looked = pool.map(lambda sample: _look(sample, scale), samples)
            found = list(progress(looked, "Looking for landmarks", len(samples)))
            sizes = np.array([size for _, size in found], np.int32).reshape(-1, 2)
            index = LandmarkIndex([landmarks for landmarks, _ in found], sizes)
            of_poses = pool.map(index.placements, range(POSES))
            placements = [p for of in progress(of_poses, "Comparing landmarks", POSES) for p in of]
            placements.sort(key=lambda p: (p.first, p.second))
            textures = _Textures(samples, scale)
            shared = pool.map(textures.shared, placements)
            judged = progress(shared, "Comparing surfaces", len(placements))
            pairs: dict[tuple[int, int], NearDuplicate] = {}
            for placement, surface in zip(placements, judged, strict=True):
                if surface.enough:
                    pair = placement.first, placement.second
                    pairs.setdefault(pair, NearDuplicate(*pair, placement.pose != 0))
            return list(pairs.values())
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _scale(samples: Iterable[Sample]) -> float:
    """By how much all pictures are made smaller: one figure, so that pieces of one match."""
    pixels = sum(sample.width * sample.height for sample in samples)
    side = min((min(sample.width, sample.height) for sample in samples), default=LEAST_SIDE)
    return min(1.0, max((MOST_PIXELS / max(1, pixels)) ** 0.5, LEAST_SIDE / side))


def _texture(sample: Sample, scale: float) -> Texture:
    try:
        pixels = sample.read()
    except MillsightError:
        return np.zeros((1, 1), np.float32)
    if scale < 1:
        size = max(1, round(sample.width * scale)), max(1, round(sample.height * scale))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    return texture_of(pixels)


def _look(sample: Sample, scale: float) -> tuple[Landmarks, tuple[int, int]]:
    """Landmarks of a sample, and its width and height as they were looked at."""
    texture = _texture(sample, scale)
    return find_landmarks(texture), (texture.shape[1], texture.shape[0])


class _Textures:
    """Textures of samples, the latest of which are kept."""

    def __init__(self, samples: Sequence[Sample], scale: float) -> None:
        self._samples, self._scale = samples, scale
        self._kept: OrderedDict[int, Texture] = OrderedDict()
        self._lock = Lock()

    def shared(self, placement: Placement) -> SharedSurface:
        """What the two samples of a placement share."""
        return shared_surface(self._of(placement.first), self._of(placement.second), placement)

    def _of(self, index: int) -> Texture:
        with self._lock:
            kept = self._kept.get(index)
        if kept is None:
            kept = _texture(self._samples[index], self._scale)
        with self._lock:
            self._kept[index] = kept
            self._kept.move_to_end(index)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return kept
