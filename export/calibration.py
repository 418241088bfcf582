"""The representative data set: what the ranges of an int8 network's activations are set by."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge.errors import DataError
from edge.preprocess import Geometry
from export.regions import Region, labelled_regions, region_inputs
from train.data.sample import DataSet

SPLIT = "train"
"""Calibration sees nothing that figures or thresholds are taken from."""

COUNT = 256
"""Regions drawn. A few hundred are what TensorFlow's post-training guide asks for."""


def representative_inputs(
    data: DataSet, geometry: Geometry, *, count: int = COUNT, seed: int = 0
) -> NDArray[np.uint8]:
    """Network inputs [count or fewer, height, width] of train regions, every class among them.

    Raises:
        DataError: There is no train split, or one of the classes is not in it.
    """
    regions = labelled_regions(data, SPLIT, geometry)
    return region_inputs(choose_regions(regions, data.classes, count=count, seed=seed), geometry)


def choose_regions(
    regions: Sequence[Region], classes: Sequence[str], *, count: int, seed: int
) -> list[Region]:
    """Draw regions so that clean ones and every class have as equal a part as they can.

    Half of a random draw from a mill may be clean strip, which says little of the activations that
    defects cause. Regions come back in the order given, each once.

    Raises:
        DataError: No region shows one of the classes.
    """
    rng = np.random.default_rng(seed)
    kinds = [[i for i, region in enumerate(regions) if not region.classes]]
    for index, name in enumerate(classes):
        kinds.append([i for i, region in enumerate(regions) if index in region.classes])
        if not kinds[-1]:
            raise DataError(
                f"no {SPLIT} image shows class {name!r}, so int8 cannot be calibrated for it",
                "Leave the class out of the data set, or move images of it to train",
            )
    queues = [list(rng.permutation(kind)) for kind in kinds]
    chosen: set[int] = set()
    while len(chosen) < count and any(queues):
        for queue in queues:
            if queue and len(chosen) < count:
                chosen.add(int(queue.pop()))
    return [regions[i] for i in sorted(chosen)]
