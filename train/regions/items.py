"""The pictures that a network is trained on: every tile or frame of a split, cut once."""

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

MOST_VAL = 8192
"""Items of val that training looks at after each epoch. Of a large data set's, more would take
longer than the epoch; export chooses thresholds on all."""


@dataclass(frozen=True, slots=True)
class Items:
    """Network inputs with their labels, in the order of the data set.

    Attributes:
        images: [n, input height, input width], uint8.
        labels: Which classes each shows, [n, classes], bool.
        groups: Near-duplicates share one, [n].
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.bool_]
    groups: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.images)

    def network_inputs(self, rows: slice | NDArray[np.intp]) -> NDArray[np.float32]:
        """What a network takes, [n, h, w, 1], float32 from 0 to 1."""
        return as_fractions(self.images[rows])


def choose_tiles(
    data: DataSet,
    region: tuple[int, int] | None,
    stride: tuple[int, int] | None = None,
    *,
    holdout: bool = True,
) -> dict[str, list[Tile]]:
    """What a run learns from (train), is chosen on (val) and, where there is one, its holdout.

    Args:
        data: The data set.
        region: Width and height of a tile in pixels; None takes whole images.
        stride: Steps in pixels at which train alone is cut; see ``label_tiles``.
        holdout: Whether to open it.

    Raises:
        DataError: There is no train or val, or a split holds ambiguous tiles alone.
        ImageError: A frame is smaller than a region.
    """
    for split, use in {"train": "learn from", "val": "choose on"}.items():
        if not data.of(split):
            raise DataError(
                f"{data.root} has no {split} images to {use}",
                "Split it with: millsight data split",
            )
    splits = ["val", *(["holdout"] if holdout and data.of("holdout") else [])]
    judged = {split: judged_tiles(data, split, region) for split in splits}
    judged["val"] = subsample(judged["val"], MOST_VAL)
    return {"train": judged_tiles(data, "train", region, stride)} | judged


def defective_or_clean(items: Items, classes: int) -> Items:
    """Items of a data set with other classes, for a binary task: the first class means defective.

    Args:
        items: Labelled with their own classes.
        classes: How many classes the data set has that they join.
    """
    labels = np.zeros((len(items), classes), np.bool_)
    labels[:, 0] = items.labels.any(axis=1)
    return replace(items, labels=labels)


def join_items(parts: list[Items]) -> Items:
    """All items of the parts, which are taken out of the list: no data set is held twice whole."""
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
    """At most ``limit`` of the tiles, spread evenly over them; None takes all."""
    if limit is None or limit >= len(tiles):
        return tiles
    return [tiles[i] for i in np.linspace(0, len(tiles) - 1, limit).round().astype(int)]


def cut_tiles(
    tiles: list[Tile],
    classes: int,
    geometry: Geometry,
    advance: Callable[[], None] = lambda: None,
) -> Items:
    """Cut tiles, those of a frame next to one another, out of their frames.

    Args:
        tiles: What to cut, of the size of ``geometry``'s regions.
        classes: How many classes the data set has.
        geometry: How a frame becomes network inputs.
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
    """Every tile as an input of each network, [tiles, input height, input width], by geometry.

    Args:
        tiles: Those of a frame next to one another, of the size of the geometries' regions.
        geometries: Of the networks.
        after_frame: Given each frame's pixels when its tiles are cut.

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
