"""The pictures that a network is trained on: every tile or frame of a split, cut once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from edge.errors import DataError
from edge.preprocess import Geometry, network_input
from train.data.sample import DataSet
from train.data.tiles import label_tiles


@dataclass(frozen=True, slots=True)
class Items:
    """Network inputs with their labels, in the order of the data set.

    Attributes:
        images: [n, input height, input width], uint8.
        labels: Which classes each shows, [n, classes], bool.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.images)

    def network_inputs(self, rows: slice | NDArray[np.intp]) -> NDArray[np.float32]:
        """What a network takes, [n, h, w, 1], float32 from 0 to 1."""
        return (self.images[rows].astype(np.float32) / np.float32(255))[..., None]


def cut_items(
    data: DataSet,
    split: str,
    geometry: Geometry,
    *,
    limit: int | None = None,
    advance: Callable[[], None] = lambda: None,
) -> Items:
    """Cut every frame of a split as ``geometry`` says; ambiguous tiles are left out.

    Args:
        data: The data set.
        split: Which of its splits.
        geometry: How a frame becomes network inputs.
        limit: Take no more than so many items, spread evenly over the split.
        advance: Called after each frame.

    Raises:
        DataError: The split holds no item, or ambiguous ones alone.
        ImageError: A frame cannot be read, or is smaller than a region.
    """
    chosen = [
        tile
        for sample in data.of(split)
        for tile in label_tiles(sample, geometry.region)
        if not tile.ambiguous
    ]
    if not chosen:
        raise DataError(
            f"no {split} item of {data.root} can be judged",
            "Check the labels with: millsight data check",
        )
    if limit is not None and limit < len(chosen):
        chosen = [chosen[i] for i in np.linspace(0, len(chosen) - 1, limit).round().astype(int)]
    width, height = geometry.input
    items = Items(
        np.empty((len(chosen), height, width), np.uint8),
        np.zeros((len(chosen), len(data.classes)), np.bool_),
    )
    row = 0
    for sample, tiles in groupby(chosen, key=lambda tile: tile.sample):
        inputs = network_input(sample.read(), geometry)
        places = {box: i for i, box in enumerate(geometry.boxes(sample.height, sample.width))}
        for tile in tiles:
            items.images[row] = inputs[places[tile.box]]
            items.labels[row, list(tile.classes)] = True
            row += 1
        advance()
    return items
