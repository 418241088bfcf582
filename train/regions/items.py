"""Training items: every tile or frame of a split, cut once and held in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edge.core.errors import DataError
from edge.core.frame import Pixels
from edge.core.geometry import Geometry
from edge.vision.preprocess import as_fractions, network_input
from train.data.sample import DataSet
from train.data.tiles import Tile, class_labels_of, groups_of, judged_tiles, read_tiles

MAX_VAL_ITEMS = 8192
"""Most val items that are evaluated after each epoch. In a large data set all of them would take
longer than the epoch; export chooses thresholds on all."""


@dataclass(frozen=True, slots=True)
class Items:
    """Network inputs with their labels, in the data set's order.

    Attributes:
        images: [n, input height, input width], uint8.
        labels: Classes that each item shows, [n, classes], bool.
        groups: Group of near-duplicates of each item, [n].
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.bool_]
    groups: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.images)

    def network_inputs(self, rows: slice | NDArray[np.intp]) -> NDArray[np.float32]:
        """Network input, [n, h, w, 1], float32 from 0 to 1."""
        return as_fractions(self.images[rows])


def choose_tiles(
    data: DataSet,
    region: tuple[int, int] | None,
    stride: tuple[int, int] | None = None,
    *,
    holdout: bool = True,
) -> dict[str, list[Tile]]:
    """Tiles of train, of val and, if there is one, of holdout.

    Args:
        data: The data set.
        region: Width and height of a tile in pixels; None: whole images.
        stride: Step in pixels between tiles of train only; see ``label_tiles``.
        holdout: Whether to open the holdout.

    Raises:
        DataError: train or val is empty, or a split holds only ambiguous tiles.
        ImageError: A frame is smaller than a region.
    """
    for split, use in {"train": "train on", "val": "validate on"}.items():
        if not data.of(split):
            raise DataError(
                f"{data.root} has no {split} images to {use}",
                "Split it with: millsight data split",
            )
    splits = ["val", *(["holdout"] if holdout and data.of("holdout") else [])]
    judged = {split: judged_tiles(data, split, region) for split in splits}
    judged["val"] = subsample(judged["val"], MAX_VAL_ITEMS)
    return {"train": judged_tiles(data, "train", region, stride)} | judged


def defective_or_clean(items: Items, classes: int) -> Items:
    """Relabel items of a data set with other classes for a binary task: class 0 means defective.

    Args:
        items: Items with labels of their own classes.
        classes: Number of classes of the data set that they are added to.
    """
    labels = np.zeros((len(items), classes), np.bool_)
    labels[:, 0] = items.labels.any(axis=1)
    return replace(items, labels=labels)


def join_items(parts: list[Items]) -> Items:
    """Concatenate the parts and empty the list, so that no part is held in memory twice."""
    labels = np.concatenate([part.labels for part in parts])
    groups = np.concatenate([part.groups for part in parts])
    images = np.empty((len(labels), *parts[0].images.shape[1:]), np.uint8)
    end = len(images)
    while parts:
        part = parts.pop()
        images[end - len(part) : end] = part.images
        end -= len(part)
    return Items(images, labels, groups)


def subsample(tiles: list[Tile], limit: int | None) -> list[Tile]:
    """At most ``limit`` evenly spaced tiles; None: all."""
    if limit is None or limit >= len(tiles):
        return tiles
    return [tiles[i] for i in np.linspace(0, len(tiles) - 1, limit).round().astype(int)]


def cut_tiles(
    tiles: list[Tile],
    classes: int,
    geometry: Geometry,
    advance: Callable[[], None] = lambda: None,
) -> Items:
    """Cut tiles out of their frames.

    Args:
        tiles: Tiles of the size of ``geometry``'s regions, grouped by frame.
        classes: Number of classes of the data set.
        geometry: Conversion from frame to network input.
        advance: Called after each frame.

    Raises:
        ImageError: A frame cannot be read.
    """
    images = tile_inputs(tiles, (geometry,), lambda pixels: advance())[geometry]
    return Items(images, class_labels_of(tiles, classes), groups_of(tiles))


def tile_inputs(
    tiles: Sequence[Tile],
    geometries: Iterable[Geometry],
    after_frame: Callable[[Pixels], object] = lambda pixels: None,
) -> dict[Geometry, NDArray[np.uint8]]:
    """Each tile as input of each network, [tiles, input height, input width], by geometry.

    Args:
        tiles: Tiles of the size of the geometries' regions, grouped by frame.
        geometries: Geometries of the networks.
        after_frame: Called with each frame's pixels after its tiles are cut.

    Raises:
        ImageError: A frame cannot be read.
    """
    inputs = {g: np.empty((len(tiles), *g.input[::-1]), np.uint8) for g in geometries}
    row = 0
    for pixels, of_frame in read_tiles(tiles):
        for _, cut in of_frame:
            for geometry, filled in inputs.items():
                filled[row] = network_input(cut, geometry)[0]
            row += 1
        after_frame(pixels)
    return inputs
