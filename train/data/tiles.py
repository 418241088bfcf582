"""Tiles of a sample and the classes that each shows: the items that gate and classifier learn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from edge.core.errors import DataError, ImageError
from edge.core.frame import Pixels
from edge.core.geometry import Box, Geometry
from train.data.counts import split_names
from train.data.runs import ColumnRuns, bounding_box, clip, column_runs
from train.data.sample import UNLABELLED, DataSet, Instance, Sample

ENOUGH_PX = 16
"""Pixels of an instance's extent in a tile that make it the tile's."""

ENOUGH_SHARE = 0.3
"""Share of an instance's extent in a tile that makes it the tile's."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One region of a sample.

    Attributes:
        sample: The image it is cut from.
        box: x, y, width, height in pixels of the image.
        classes: Indices of the classes that it shows; empty where it is clean or ambiguous.
        ambiguous: Instances touch it only by less than counts; left out of training and judging.
        place: Its number on the grid, from 0, in the order of ``Geometry.boxes``.
    """

    sample: Sample
    box: Box
    classes: frozenset[int]
    ambiguous: bool
    place: int


def label_tiles(
    sample: Sample, region: tuple[int, int] | None, stride: tuple[int, int] | None = None
) -> list[Tile]:
    """The sample's tiles on the grid of ``edge.core.geometry.Geometry``, row by row.

    Args:
        sample: Image with instances.
        region: Width and height of a tile in pixels; None takes the whole image as one.
        stride: Steps in pixels, across and along, of a denser grid for training; None is the grid
            that frames are judged on.

    An instance belongs to a tile that holds 16 px or 30 % of its width and, where tiles divide the
    height, as much of its height. A mask is measured by the bounding box of its part in the tile.
    A tile without a defect that an ignored area touches is ambiguous.

    Raises:
        ImageError: The image is smaller than a tile.
    """
    grid = _grid(sample, region, stride)
    divides_height = region is not None and region[1] < sample.height
    extents = [_Extent(instance, sample.height) for instance in sample.instances]
    return [
        Tile(sample, box, *_shown(extents, box, divides_height, sample.ignored), place)
        for place, box in enumerate(grid)
    ]


def shown_in(sample: Sample, box: Box) -> tuple[frozenset[int], bool]:
    """Which classes a part of a sample shows, and whether instances touch it only by too little.

    Args:
        sample: Image with instances.
        box: x, y, width, height of the part, in pixels of the image.
    """
    extents = [_Extent(instance, sample.height) for instance in sample.instances]
    return _shown(extents, box, box[3] < sample.height, sample.ignored)


def judged_tiles(
    data: DataSet,
    split: str,
    region: tuple[int, int] | None,
    stride: tuple[int, int] | None = None,
) -> list[Tile]:
    """The tiles of a split that can be learnt or judged: all but the ambiguous ones, in order.

    Args:
        data: The data set.
        split: Which of its splits.
        region: Width and height of a tile in pixels; None takes whole images.
        stride: See ``label_tiles``.

    Raises:
        DataError: There is no such split, or nothing in it can be judged.
        ImageError: An image is smaller than a tile.
    """
    samples = data.of(split) if split != UNLABELLED else ()
    if not samples:
        known = ", ".join(split_names(data)) or "none that is labelled"
        deal = (
            "" if len(split_names(data)) > 1 else f"; deal them: millsight data split {data.root}"
        )
        raise DataError(f"{data.root} has no split {split!r}", f"Its splits: {known}{deal}")
    every = (tile for sample in samples for tile in label_tiles(sample, region, stride))
    tiles = [tile for tile in every if not tile.ambiguous]
    if not tiles:
        raise DataError(
            f"nothing in split {split!r} of {data.root} can be judged: "
            "defects touch every tile by too little to count",
            f"Choose larger tiles, or another of its splits: {', '.join(split_names(data))}",
        )
    return tiles


def read_tiles(
    tiles: Iterable[Tile],
) -> Iterator[tuple[Pixels, Iterator[tuple[Tile, Pixels]]]]:
    """Read every frame once and cut its tiles out: the one loop that does.

    Args:
        tiles: Those of a frame next to one another.

    Yields:
        A frame [lines, columns], and each of its tiles with its own pixels, contiguous; to be
        consumed before the next frame.

    Raises:
        ImageError: A frame cannot be read.
    """
    for sample, members in groupby(tiles, key=lambda tile: tile.sample):
        pixels = sample.read()
        yield pixels, ((tile, _cut(pixels, tile.box)) for tile in members)


def class_labels_of(tiles: Sequence[Tile], classes: int) -> NDArray[np.bool_]:
    """Which of so many classes each tile shows, [tiles, classes] bool."""
    labels = np.zeros((len(tiles), classes), np.bool_)
    for row, tile in enumerate(tiles):
        labels[row, list(tile.classes)] = True
    return labels


def groups_of(tiles: Sequence[Tile]) -> NDArray[np.str_]:
    """The group of each tile's sample, [tiles]; near-duplicates share one."""
    return np.array([tile.sample.group for tile in tiles], np.str_)


def _cut(pixels: Pixels, box: Box) -> Pixels:
    x, y, width, height = box
    return np.ascontiguousarray(pixels[y : y + height, x : x + width])


def _shown(
    extents: list[_Extent],
    box: Box,
    divides_height: bool,
    ignored: tuple[tuple[float, float, float, float], ...],
) -> tuple[frozenset[int], bool]:
    """Classes of the instances that belong to a box, and whether it is ambiguous."""
    left, top, width, height = box
    belonging = set()
    touched = any(
        x < left + width and left < x + w and y < top + height and top < y + h
        for x, y, w, h in ignored
    )
    for extent in extents:
        inside = extent.inside(box)
        if inside is None:
            continue
        touched = True
        across = _enough(inside[0], extent.width)
        if across and (not divides_height or _enough(inside[1], extent.height)):
            belonging.add(extent.class_index)
    return frozenset(belonging), touched and not belonging


def _grid(
    sample: Sample, region: tuple[int, int] | None, stride: tuple[int, int] | None
) -> list[Box]:
    """The boxes of a sample's tiles.

    Raises:
        ImageError: The image is smaller than a tile; says which image.
    """
    try:
        return Geometry(region, region or (1, 1)).boxes(sample.height, sample.width, stride)
    except ImageError as error:
        raise ImageError(
            f"{sample.path}: {error.what}", "Choose a smaller --region or --tile, or leave it out"
        ) from None


def _enough(held: float, whole: float) -> bool:
    return held >= ENOUGH_PX or held >= ENOUGH_SHARE * whole


class _Extent:
    """Width and height of an instance, whole and within a tile."""

    def __init__(self, instance: Instance, image_height: int) -> None:
        self.class_index = instance.class_index
        self.columns: ColumnRuns | None = None
        self.box = instance.box
        if instance.runs is not None:
            self.columns = column_runs(instance.runs, image_height)
            self.box = bounding_box(self.columns)
        self.width, self.height = self.box[2:]

    def inside(self, tile: Box) -> tuple[float, float] | None:
        """Width and height of the part in the tile, or None where they do not touch."""
        x, y, width, height = self.box
        left, right = max(x, tile[0]), min(x + width, tile[0] + tile[2])
        top, bottom = max(y, tile[1]), min(y + height, tile[1] + tile[3])
        if left >= right or top >= bottom:
            return None
        if self.columns is None:
            return right - left, bottom - top
        part = clip(self.columns, tile)
        return bounding_box(part)[2:] if len(part) else None
