"""The representative dataset, which sets the activation ranges of int8 networks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge.core.errors import DataError
from edge.core.geometry import Geometry
from train.data.sample import DataSet
from train.data.tiles import Tile, judged_tiles
from train.regions.items import cut_tiles

SPLIT = "train"
"""Calibration uses no items on which figures or thresholds are computed."""

COUNT = 256
"""Number of regions. TensorFlow's guide to post-training quantization asks for a few hundred."""


def representative_inputs(
    data: DataSet,
    geometry: Geometry,
    *,
    names_classes: bool,
    count: int = COUNT,
    seed: int = 0,
) -> NDArray[np.uint8]:
    """Network inputs [at most count, height, width] of train regions, covering every class.

    Args:
        data: Data set with a train split.
        geometry: Conversion from frame to network input.
        names_classes: Whether the network distinguishes classes, so that none may be missing.
        count: Number of regions.
        seed: Seed of the sampling.

    Raises:
        DataError: There is no train split, or it lacks a class that the network predicts.
        ImageError: An image cannot be read.
    """
    regions = judged_tiles(data, SPLIT, geometry.region)
    if names_classes:
        _require_every_class(regions, data)
    chosen = choose_regions(regions, len(data.classes), count=count, seed=seed)
    return cut_tiles(chosen, len(data.classes), geometry).images


def training_inputs(
    data: DataSet, geometry: Geometry, *, count: int = 4096, seed: int = 0
) -> NDArray[np.uint8]:
    """Network inputs [at most count, height, width] of train, for fine-tuning; sampled likewise.

    Raises:
        DataError: There is no train split.
        ImageError: An image cannot be read.
    """
    return representative_inputs(data, geometry, names_classes=False, count=count, seed=seed)


def choose_regions(regions: Sequence[Tile], classes: int, *, count: int, seed: int) -> list[Tile]:
    """Sample regions with shares as equal as possible for clean ones and each of ``classes``.

    In a plain random sample half of the regions may be clean strip, which shows little of the
    activations that defects cause. Regions keep their order, each appears once.
    """
    rng = np.random.default_rng(seed)
    kinds = [[i for i, region in enumerate(regions) if not region.classes]]
    kinds += [[i for i, r in enumerate(regions) if c in r.classes] for c in range(classes)]
    queues = [list(rng.permutation(kind)) for kind in kinds]
    chosen: set[int] = set()
    while len(chosen) < count and any(queues):
        for queue in queues:
            if queue and len(chosen) < count:
                chosen.add(int(queue.pop()))
    return [regions[i] for i in sorted(chosen)]


def _require_every_class(regions: Sequence[Tile], data: DataSet) -> None:
    there = frozenset().union(*(region.classes for region in regions))
    lacking = [name for i, name in enumerate(data.classes) if i not in there]
    if lacking:
        raise DataError(
            f"no {SPLIT} region of {data.root} shows class {lacking[0]!r}, so int8 cannot be "
            f"calibrated for it",
            "Leave the class out of the data set, or move images of it to train",
        )
