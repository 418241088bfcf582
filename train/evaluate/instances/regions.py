"""Boxes and run lengths of predictions, in the formats of pycocotools."""

from __future__ import annotations

from typing import Any

import numpy as np
from pycocotools import mask as coco_mask

from edge.core.rle import Runs, mask_to_runs
from edge.vision.instances.found_instance import FoundInstance
from train.data.runs import column_runs, from_columns


def found_runs(found: FoundInstance, height: int) -> Runs:
    """Runs [n, 2] of a prediction in a frame of ``height`` lines; its rectangle without a mask."""
    x, y, width, high = found.piece
    mask = np.ones((high, width), np.bool_) if found.mask is None else found.mask
    columns = column_runs(mask_to_runs(mask), high) + np.array([x, y, y])
    return from_columns(columns, height)


def coco_rle(runs: Runs, height: int, width: int) -> dict[str, Any]:
    """Compressed run lengths for pycocotools, from ordered, disjoint runs [n, 2]."""
    edges = np.concatenate([[0], runs.cumsum(axis=1).ravel(), [height * width]])
    counts = np.diff(edges)
    if counts[-1] == 0:
        counts = counts[:-1]
    packed: dict[str, Any] = coco_mask.frPyObjects(
        {"size": [height, width], "counts": counts.tolist()}, height, width
    )
    return packed


def rectangle_rle(
    box: tuple[float, float, float, float], height: int, width: int
) -> dict[str, Any]:
    """A box x, y, width, height as a filled mask."""
    packed: dict[str, Any] = coco_mask.frPyObjects(np.array([box], np.float64), height, width)[0]
    return packed


def found_box(found: FoundInstance) -> tuple[float, float, float, float]:
    """x, y, width, height of a prediction; no side is below 0."""
    x1, y1, x2, y2 = found.box
    return float(x1), float(y1), max(0.0, float(x2 - x1)), max(0.0, float(y2 - y1))
