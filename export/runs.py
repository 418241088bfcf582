"""Whether finished runs fit one another and the data that they are exported with."""

from __future__ import annotations

from edge.errors import ConfigError, DataError
from train.data.digest import data_digest, split_digest
from train.data.sample import DataSet
from train.data.tiles import judged_tiles
from train.finished_run import Run
from train.items import MOST_VAL

TRAIN, VAL, HOLDOUT = "train", "val", "holdout"


def check_data(gate: Run, classifier: Run | None, data: DataSet) -> None:
    """Make sure that data and splits are those of the runs, image by image.

    A holdout that a network was trained on would judge nothing.

    Raises:
        DataError: Names what differs: classes, images and splits, pixels and labels, or items.
        ImageError: An image cannot be read.
    """
    samples = [sample for split in gate.card.data.splits for sample in data.of(split)]
    splits, pixels = split_digest(samples), data_digest(samples)
    for run in (gate, classifier) if classifier else (gate,):
        card = run.card.data
        items = {s: len(judged_tiles(data, s, run.geometry.region)) for s in (VAL, HOLDOUT)}
        items[VAL] = min(items[VAL], MOST_VAL)
        for same, what in (
            (data.classes == run.card.classes, "its classes are others"),
            (splits == card.split_digest, "it has other images, groups or splits"),
            (pixels == card.digest, "its images or labels have changed"),
            *(
                (n == card.splits.get(split), f"{split} has {n} items and had {card.splits[split]}")
                for split, n in items.items()
                if split in card.splits
            ),
        ):
            if not same:
                raise DataError(
                    f"{data.root} is not the data that {run.folder} was trained on: {what}",
                    "Give the --data and --splits of the training command; card.md has it",
                )


def check_pair(gate: Run, classifier: Run | None) -> None:
    """Make sure that the runs can be the two stages of one cascade.

    Raises:
        ConfigError: Wrong tasks, or regions, classes, data or splits that differ.
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
    for what, one, other in (
        ("regions", gate.geometry.region, classifier.geometry.region),
        ("classes", gate.card.classes, classifier.card.classes),
        ("data", gate.card.data.digest, classifier.card.data.digest),
        ("splits of the data", gate.card.data.split_digest, classifier.card.data.split_digest),
    ):
        if one != other:
            raise ConfigError(
                f"{gate.folder} and {classifier.folder} were trained on different {what}",
                "Train both with the same --data, --splits and --region",
            )
