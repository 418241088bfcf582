"""Frames with labels, and what was found on them, written in a line each."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from edge.core.rle import mask_to_runs
from edge.vision.instances.found_instance import FoundInstance
from train.data.sample import Instance, Sample

HEIGHT, WIDTH = 20, 40
CLASSES = ("a", "b")


def rectangle(x: int, y: int, width: int, height: int) -> np.ndarray:
    """A mask of the frame with one rectangle."""
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[y : y + height, x : x + width] = True
    return mask


def label(index: int, x: int, y: int, width: int, height: int, *, mask: bool = True) -> Instance:
    """A rectangle that is labelled."""
    runs = mask_to_runs(rectangle(x, y, width, height)) if mask else None
    return Instance(index, (x, y, width, height), runs)


def sample(*instances: Instance, group: str = "g") -> Sample:
    return Sample(Path("frame.png"), WIDTH, HEIGHT, instances, group, "val")


def found(
    index: int,
    score: float,
    x: int,
    y: int,
    width: int,
    height: int,
    *,
    mask: bool | np.ndarray = True,
) -> FoundInstance:
    """A rectangle that is found: filled, a box alone, or with a mask of its piece."""
    if isinstance(mask, bool):
        drawn = np.ones((height, width), np.bool_) if mask else None
    else:
        drawn = mask
    return FoundInstance(index, score, (x, y, x + width, y + height), drawn, (x, y, width, height))


def scattered(seed: int, frames: int = 12) -> tuple[list[Sample], list[list[FoundInstance]]]:
    """Random labels, and what was found of them, in part, beside them, and in vain."""
    random = np.random.default_rng(seed)
    samples, seen = [], []
    for number in range(frames):
        labels, things = [], []
        for _ in range(random.integers(0, 4)):
            x, y = int(random.integers(0, WIDTH - 12)), int(random.integers(0, HEIGHT - 10))
            w, h = (int(side) for side in random.integers(2, 9, 2))
            index = int(random.integers(0, 2))
            labels.append(label(index, x, y, w, h))
            for _ in range(random.integers(0, 3)):
                dx, dy = (int(step) for step in random.integers(0, 3, 2))
                things.append(found(index, float(random.random()), x + dx, y + dy, w, h))
        if random.random() < 0.5:
            things.append(found(int(random.integers(0, 2)), float(random.random()), 30, 12, 5, 5))
        samples.append(sample(*labels, group=f"group {number // 2}"))
        seen.append(things)
    return samples, seen
