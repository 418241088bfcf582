"""Anchor shapes fitted to a data set's defects: k-means by IoU."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edge.core.errors import TrainingError
from edge.vision.instances.anchors import STRIDES, Anchors

_ROUNDS = 100
_STARTS = 8
_STEP = 2**0.5


def fit_anchors(sizes: NDArray[np.float32], per_level: int = 3, *, seed: int) -> Anchors:
    """Anchor shapes for each level, the smallest on the finest.

    Clusters sizes by the distance 1 − IoU of boxes with a common corner (Redmon and Farhadi,
    YOLO9000, CVPR 2017, §2). Hand-chosen ratios and scales would not fit: strip has scratches many
    times as long as wide, and pits of a few pixels.

    Args:
        sizes: Width and height in px of the training instances at window scale, [n, 2].
        per_level: Shapes per level.
        seed: Seed of the initial centres; the best of eight starts is taken.

    Raises:
        TrainingError: No size is at least one pixel.
    """
    sizes = np.asarray(sizes, np.float64).reshape(-1, 2)
    sizes = sizes[np.isfinite(sizes).all(axis=1) & (sizes >= 1).all(axis=1)]
    if not len(sizes):
        raise TrainingError(
            "no instance has a box of at least one pixel",
            "Choose a data set whose train split has defects with boxes",
        )
    wanted = per_level * len(STRIDES)
    kinds = min(wanted, len(np.unique(sizes, axis=0)))
    rng = np.random.default_rng(seed)
    tried = [_k_means(sizes, kinds, rng) for _ in range(_STARTS)]
    shapes = max(tried, key=lambda shapes: _overlap(sizes, shapes).max(axis=1).mean())
    shapes = _filled(shapes, wanted)
    shapes = shapes[np.argsort(shapes.prod(axis=1), kind="stable")].round(1)
    levels = shapes.reshape(len(STRIDES), per_level, 2).tolist()
    return Anchors(tuple(tuple((w, h) for w, h in level) for level in levels))


def mean_best_iou(sizes: NDArray[np.float32], anchors: Anchors) -> float:
    """Mean IoU of sizes [n, 2] with their best anchor shapes."""
    shapes = np.array([shape for level in anchors.shapes for shape in level])
    return float(_overlap(np.asarray(sizes, np.float64), shapes).max(axis=1).mean())


def _overlap(sizes: NDArray[np.float64], shapes: NDArray[np.float64]) -> NDArray[np.float64]:
    """IoU [n, k] of boxes that share a corner."""
    shared = np.minimum(sizes[:, None], shapes[None]).prod(axis=2)
    return np.asarray(shared / (sizes.prod(axis=1)[:, None] + shapes.prod(axis=1) - shared))


def _k_means(sizes: NDArray[np.float64], k: int, rng: np.random.Generator) -> NDArray[np.float64]:
    shapes = _first(sizes, k, rng)
    nearest = np.full(len(sizes), -1)
    for _ in range(_ROUNDS):
        before, nearest = nearest, _overlap(sizes, shapes).argmax(axis=1)
        if np.array_equal(before, nearest):
            break
        for i in np.unique(nearest):
            shapes[i] = sizes[nearest == i].mean(axis=0)
    return shapes


def _first(sizes: NDArray[np.float64], k: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """k-means++ initialization (Arthur and Vassilvitskii 2007), which prefers distant sizes."""
    shapes = sizes[rng.integers(len(sizes))][None]
    while len(shapes) < k:
        distance = 1 - _overlap(sizes, shapes).max(axis=1)
        chosen = rng.choice(len(sizes), p=distance / distance.sum())
        shapes = np.concatenate([shapes, sizes[chosen][None]])
    return shapes


def _filled(shapes: NDArray[np.float64], wanted: int) -> NDArray[np.float64]:
    """Add scaled copies of the shapes if the data set has fewer distinct ones than are wanted."""
    made, grown = shapes, shapes
    while len(made) < wanted:
        grown = grown * _STEP
        made = np.concatenate([made, grown])
    return made[:wanted]
