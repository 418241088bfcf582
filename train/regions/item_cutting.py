"""The items of a run, cut from its data set and from others that it learns from besides."""

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
    """Another data set to learn from; that of other classes tells defective from clean alone.

    Raises:
        ConfigError: A classifier cannot learn from its classes.
    """
    other = open_data(Path(folder))
    if task != "binary" and other.classes != data.classes:
        raise ConfigError(
            f"{folder} has other classes than {data.root}: {', '.join(other.classes)}",
            "Only the gate (train binary) learns from other classes: leave out --also",
        )
    return other


def _cut(
    tiles: dict[str, list[Tile]], classes: int, plan: RegionsPlan, progress: TrainingProgress
) -> dict[str, Items]:
    """The items of each split; ``plan.limit`` thins out those of training, of all data sets."""
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
    """The training items of another data set, labelled as ``data``'s."""
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
    """The items of each split; those of other data sets join train.

    Args:
        tiles: What is taken of the data set; see ``train.regions.items.choose_tiles``.
        data: The data set.
        others: Other data sets to learn from; see ``open_also``.
        plan: The run's choices.
        progress: Shows how it goes.

    Raises:
        ImageError: A frame cannot be read.
    """
    items = _cut(tiles, len(data.classes), plan, progress)
    if not others:
        return items
    parts = [items.pop("train"), *(_cut_also(other, data, plan, progress) for other in others)]
    return {"train": join_items(parts), **items}
