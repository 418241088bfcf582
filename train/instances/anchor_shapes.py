"""Anchors fitted to the defects of a data set: k-means by overlap."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edge.core.errors import TrainingError
from edge.vision.instances.anchors import STRIDES, Anchors

_ROUNDS = 100
_STARTS = 8
_STEP = 2**0.5


def fit_anchors(sizes: NDArray[np.float32], per_level: int = 3, *, seed: int) -> Anchors:
    """Shapes for each level, the smallest on the finest.

    Clusters sizes by the distance 1 − IoU of boxes with one corner in common (Redmon and Farhadi,
    YOLO9000, CVPR 2017, §2), which ratios and scales chosen by hand would miss: strip has scratches
    many times as long as wide beside pits of a few pixels.

    Args:
        sizes: Width and height in px of the training instances as windows show them, [n, 2].
        per_level: Shapes a level.
        seed: Of the first draws; the best of eight is taken.

    Raises:
        TrainingError: There is no size of at least a pixel.
    """
    sizes = np.asarray(sizes, np.float64).reshape(-1, 2)
    sizes = sizes[np.isfinite(sizes).all(axis=1) & (sizes >= 1).all(axis=1)]
    if not len(sizes):
        raise TrainingError(
            "no instance has a box of at least a pixel",
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
    """How well the shapes cover sizes [n, 2]: the mean IoU of each with its best shape."""
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
    """k-means++ (Arthur and Vassilvitskii 2007): far sizes are likelier to become a shape."""
    shapes = sizes[rng.integers(len(sizes))][None]
    while len(shapes) < k:
        distance = 1 - _overlap(sizes, shapes).max(axis=1)
        chosen = rng.choice(len(sizes), p=distance / distance.sum())
        shapes = np.concatenate([shapes, sizes[chosen][None]])
    return shapes


def _filled(shapes: NDArray[np.float64], wanted: int) -> NDArray[np.float64]:
    """Shapes in other sizes too where the data set has fewer kinds of them than are wanted."""
    made, grown = shapes, shapes
    while len(made) < wanted:
        grown = grown * _STEP
        made = np.concatenate([made, grown])
    return made[:wanted]
