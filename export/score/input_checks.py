"""Checks that finished runs match each other and the data of the export."""

from __future__ import annotations

from pathlib import Path

from edge.core.errors import ConfigError, DataError
from train.data.digest import data_digest, split_digest
from train.data.sample import DataSet
from train.data.tiles import judged_tiles
from train.instances.finished import InstancesRun
from train.regions.finished import Run
from train.regions.items import MAX_VAL_ITEMS

TRAIN, VAL, HOLDOUT = "train", "val", "holdout"


def check_data(gate: Run, classifier: Run | None, data: DataSet) -> None:
    """Check that data and splits are those of the runs, image by image.

    A holdout on which a network was trained would be no test.

    Raises:
        DataError: Classes, images, splits, pixels, labels or numbers of items differ.
        ImageError: An image cannot be read.
    """
    found = {}
    for run in (gate, classifier) if classifier else (gate,):
        card = run.card.data
        # A run that kept the holdout closed has a digest of train and val only.
        named = tuple(card.splits)
        if named not in found:
            samples = [sample for split in named for sample in data.of(split)]
            found[named] = split_digest(samples), data_digest(samples)
        splits, pixels = found[named]
        items = {s: len(judged_tiles(data, s, run.geometry.region)) for s in (VAL, HOLDOUT)}
        items[VAL] = min(items[VAL], MAX_VAL_ITEMS)
        for same, what in (
            (data.classes == run.card.classes, "its classes differ"),
            (splits == card.split_digest, "its images, groups or splits differ"),
            (pixels == card.digest, "its images or labels have changed"),
            *(
                (n == card.splits.get(split), f"{split} has {n} items and had {card.splits[split]}")
                for split, n in items.items()
                if split in card.splits
            ),
        ):
            if not same:
                raise _other_data(data, run.folder, what)


def check_instances(run: InstancesRun, data: DataSet) -> None:
    """Check that a run of the instance network matches the data, which matches the gate's run.

    Raises:
        DataError: Something differs, or val or holdout shows no defect.
        ImageError: An image cannot be read.
    """
    card = run.card
    samples = [sample for split in card.data.splits for sample in data.of(split)]
    for same, what in (
        (data.classes == card.classes, "its classes differ"),
        (split_digest(samples) == card.data.split_digest, "its images, groups or splits differ"),
        (data_digest(samples) == card.data.digest, "its images or labels have changed"),
    ):
        if not same:
            raise _other_data(data, run.folder, what)
    for split, use in ((VAL, "choose on"), (HOLDOUT, "test on")):
        if not any(sample.instances for sample in data.of(split)):
            raise DataError(
                f"{data.root} has no {split} image with a box or a mask to {use}",
                "Check the labels with: millsight data check",
            )


def _other_data(data: DataSet, folder: Path, what: str) -> DataError:
    return DataError(
        f"{data.root} is not the data that {folder} was trained on: {what}",
        "Use the training command's --data and --splits; card.md has them",
    )


def check_pair(gate: Run, classifier: Run | None) -> None:
    """Check that the runs can be the two stages of one cascade.

    Raises:
        ConfigError: A task is wrong, or regions, classes, data or splits differ.
    """
    if gate.card.task != "binary":
        raise ConfigError(
            f"{gate.folder} was trained for {gate.card.task}", "Give --gate a binary run"
        )
    if classifier is None:
        return
    if classifier.card.task == "binary":
        raise ConfigError(
            f"{classifier.folder} was trained for binary", "Give --classifier a multiclass run"
        )
    one_data, other_data = gate.card.data, classifier.card.data
    # The digests of different sets of splits always differ; check_data compares each with the data.
    same_splits = one_data.splits.keys() == other_data.splits.keys()
    for what, one, other, comparable in (
        ("regions", gate.geometry.region, classifier.geometry.region, True),
        ("classes", gate.card.classes, classifier.card.classes, True),
        ("data", one_data.digest, other_data.digest, same_splits),
        ("splits of the data", one_data.split_digest, other_data.split_digest, same_splits),
    ):
        if comparable and one != other:
            raise ConfigError(
                f"{gate.folder} and {classifier.folder} were trained on different {what}",
                "Train both with the same --data, --splits and --region",
            )
