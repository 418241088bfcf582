"""Cut the items of a run from its data set and from additional ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from edge.core.errors import ConfigError
from train.data import open_data
from train.data.sample import DataSet
from train.data.tiles import Tile, judged_tiles
from train.loop.progress import TrainingProgress
from train.regions.items import Items, cut_tiles, defective_or_clean, join_items, subsample
from train.regions.plan import RegionsPlan
from train.regions.task import TaskName


def open_also(folder: str, task: TaskName, data: DataSet) -> DataSet:
    """Open an additional data set; if its classes differ, it can train only the gate.

    Raises:
        ConfigError: The task is not binary and the classes differ.
    """
    other = open_data(Path(folder))
    if task != "binary" and other.classes != data.classes:
        raise ConfigError(
            f"{folder} has other classes than {data.root}: {', '.join(other.classes)}",
            "Only the gate (train binary) can use other classes: leave out --also",
        )
    return other


def _cut(
    tiles: dict[str, list[Tile]], classes: int, plan: RegionsPlan, progress: TrainingProgress
) -> dict[str, Items]:
    """The items of each split; ``plan.limit`` limits training items, shared among data sets."""
    items = {}
    limit = plan.limit and max(1, plan.limit // (1 + len(plan.also)))
    for split, of_split in tiles.items():
        chosen = subsample(of_split, limit if split == "train" else None)
        progress.start_cutting(split, len({tile.sample.path for tile in chosen}))
        items[split] = cut_tiles(chosen, classes, plan.geometry, progress.advance)
    return items


def _cut_also(
    other: DataSet, data: DataSet, plan: RegionsPlan, progress: TrainingProgress
) -> Items:
    """The training items of another data set, with labels for ``data``'s classes."""
    tiles = {"train": judged_tiles(other, "train", plan.geometry.region)}
    items = _cut(tiles, len(other.classes), plan, progress)["train"]
    if other.classes == data.classes:
        return items
    return defective_or_clean(items, len(data.classes))


def cut_items(
    tiles: dict[str, list[Tile]],
    data: DataSet,
    others: Sequence[DataSet],
    plan: RegionsPlan,
    progress: TrainingProgress,
) -> dict[str, Items]:
    """The items of each split; items of other data sets are added to train.

    Args:
        tiles: Tiles of the data set; see ``train.regions.items.choose_tiles``.
        data: The data set.
        others: Additional data sets; see ``open_also``.
        plan: The run's choices.
        progress: Receives progress.

    Raises:
        ImageError: A frame cannot be read.
    """
    items = _cut(tiles, len(data.classes), plan, progress)
    if not others:
        return items
    parts = [items.pop("train"), *(_cut_also(other, data, plan, progress) for other in others)]
    return {"train": join_items(parts), **items}
