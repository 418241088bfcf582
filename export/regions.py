"""The regions of a split with their labels, read one frame at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from edge.errors import DataError
from edge.frame import Pixels
from edge.preprocess import Box, Geometry, network_input
from train.data.sample import DataSet, Sample
from train.data.tiles import label_tiles


@dataclass(frozen=True, slots=True)
class Region:
    """One item of a split.

    Attributes:
        sample: The image it lies on.
        place: Its number in the order of ``Geometry.boxes``.
        box: x, y, width, height in pixels of the image.
        classes: Indices of the classes that it shows; empty where it is clean.
    """

    sample: Sample
    place: int
    box: Box
    classes: frozenset[int]


def labelled_regions(data: DataSet, split: str, geometry: Geometry) -> list[Region]:
    """Every region of a split in the data set's order; ambiguous tiles are left out.

    Raises:
        DataError: The split holds nothing.
        ImageError: An image is smaller than a region.
    """
    regions = [
        Region(sample, place, tile.box, tile.classes)
        for sample in data.of(split)
        for place, tile in enumerate(label_tiles(sample, geometry.region))
        if not tile.ambiguous
    ]
    if not regions:
        known = ", ".join(sorted({s.split for s in data.samples})) or "none"
        raise DataError(f"{data.root} has no {split} images", f"Its splits: {known}")
    return regions


def by_frame(regions: Sequence[Region]) -> Iterator[tuple[Pixels, list[Region]]]:
    """The pixels of each image once, with its regions; regions of an image must be neighbours.

    Raises:
        ImageError: An image cannot be read.
    """
    for sample, members in groupby(regions, key=lambda region: region.sample):
        yield sample.read(), list(members)


def region_labels(regions: Sequence[Region], classes: int) -> NDArray[np.bool_]:
    """Which classes each region shows, [n, classes]."""
    labels = np.zeros((len(regions), classes), dtype=np.bool_)
    for row, region in enumerate(regions):
        labels[row, list(region.classes)] = True
    return labels


def region_inputs(regions: Sequence[Region], geometry: Geometry) -> NDArray[np.uint8]:
    """Network inputs [n, height, width] of regions, in their order."""
    inputs = [
        network_input(pixels, geometry)[[region.place for region in members]]
        for pixels, members in by_frame(regions)
    ]
    return np.concatenate(inputs)
