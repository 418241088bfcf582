"""The representative data set: what the ranges of an int8 network's activations are set by."""

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
"""Calibration sees nothing that figures or thresholds are taken from."""

COUNT = 256
"""Regions drawn. A few hundred are what TensorFlow's post-training guide asks for."""


def representative_inputs(
    data: DataSet,
    geometry: Geometry,
    *,
    names_classes: bool,
    count: int = COUNT,
    seed: int = 0,
) -> NDArray[np.uint8]:
    """Network inputs [count or fewer, height, width] of train regions, every class among them.

    Args:
        data: With a train split.
        geometry: How a frame becomes the network's inputs.
        names_classes: Whether the network tells classes apart, so that none may be missing.
        count: Regions wanted.
        seed: Of the draw.

    Raises:
        DataError: There is no train split, or it lacks a class that the network names.
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
    """Network inputs [count or fewer, height, width] of train to fine-tune on, drawn likewise.

    Raises:
        DataError: There is no train split.
        ImageError: An image cannot be read.
    """
    return representative_inputs(data, geometry, names_classes=False, count=count, seed=seed)


def choose_regions(regions: Sequence[Tile], classes: int, *, count: int, seed: int) -> list[Tile]:
    """Draw regions so that clean ones and each of ``classes`` have as equal a part as they can.

    Half of a random draw from a mill may be clean strip, which says little of the activations that
    defects cause. Regions come back in the order given, each once.
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
