"""A data set small enough to train on in a moment: dark or bright patches on noise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from edge.core.geometry import Geometry
from tests.train.coco_folder import write_split
from train.data.sample import DataSet
from train.data.tiles import judged_tiles
from train.regions.items import (
    Items,
    cut_tiles,
    subsample,
)

WIDTH, HEIGHT, REGION = 64, 32, (32, 32)
CLASSES = ("dark", "bright")


def write_strips(root: Path, frames: dict[str, int], *, seed: int = 0) -> Path:
    """A COCO folder with ``frames`` of 64×32 for each split; left halves of odd frames are clean.

    Right halves hold a dark patch, a bright one, or both, in turn.
    """
    rng = np.random.default_rng(seed)
    (root / "images").mkdir(parents=True)
    for split, count in frames.items():
        pictures, annotations = [], []
        for i in range(count):
            pixels = rng.normal(128, 8, (HEIGHT, WIDTH))
            kinds = {0: (0,), 1: (1,), 2: (0, 1)}[i % 3]
            places = [(k, 34 + 14 * k) for k in kinds] + ([(i % 4 // 2, 6)] if i % 2 == 0 else [])
            for kind, x in places:
                pixels[8:20, x : x + 12] += (-90, 90)[kind]
                box = [x, 8, 12, 12]
                annotations.append(
                    {"id": len(annotations), "image_id": i, "category_id": kind + 1, "bbox": box}
                )
            pictures.append(pixels)
        write_split(root, split, pictures, annotations, CLASSES)
    return root


def patches(count: int, *, seed: int = 0, size: int = 8) -> Items:
    """Items of ``size`` squared: every other one clean, the rest with a dark patch."""
    rng = np.random.default_rng(seed)
    images = rng.integers(90, 160, (count, size, size)).astype(np.uint8)
    labels = np.zeros((count, 2), np.bool_)
    labels[1::2, 0] = True
    images[1::2, 2:6, 2:6] = 10
    return Items(images, labels, np.arange(count).astype(np.str_))


def cut_items(
    data: DataSet,
    split: str,
    geometry: Geometry,
    *,
    limit: int | None = None,
    advance: Callable[[], None] = lambda: None,
) -> Items:
    """A split's items as a run cuts them, or ``limit`` of them."""
    chosen = subsample(judged_tiles(data, split, geometry.region), limit)
    return cut_tiles(chosen, len(data.classes), geometry, advance)
