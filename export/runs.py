"""Finished training runs, read for export."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from edge.bundle.evidence import Size
from edge.errors import ConfigError, DataError, MissingPathError, TrainingError
from edge.preprocess import Geometry
from train.backend import load_keras
from train.card import FORMAT
from train.data.digest import data_digest, split_digest
from train.data.sample import DataSet
from train.data.tiles import judged_tiles
from train.run_folder import CARD, MODEL
from train.task import TaskName

TRAIN, VAL, HOLDOUT = "train", "val", "holdout"


class _Lenient(BaseModel):
    """Takes what export needs of a card and leaves the rest of it unread."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class RunFigures(_Lenient):
    """How good the run says that its network is on one split."""

    accuracy: float
    n: int


class RunData(_Lenient):
    """What the run was trained on; ``splits`` counts items."""

    name: str
    source: str
    terms: str
    digest: str
    split_digest: str
    splits: dict[str, int]


class RunOpening(_Lenient):
    """One time that the run judged the holdout."""

    by: str
    when: str


class RunGeometry(_Lenient):
    """Width and height in pixels; no region means the whole frame."""

    region: Size | None
    input: Size


class RunCard(_Lenient):
    """What export needs of ``card.json``; see ``train.card.Card``."""

    format: Literal[1]
    task: TaskName
    network: str
    parameters: int
    classes: tuple[str, ...]
    outputs: tuple[str, ...]
    activation: Literal["softmax", "sigmoid"]
    geometry: RunGeometry
    data: RunData
    versions: dict[str, str]
    figures: dict[str, RunFigures]
    holdout_openings: tuple[RunOpening, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run.

    Attributes:
        folder: Where it is.
        card: What it says of itself.
    """

    folder: Path
    card: RunCard

    @property
    def geometry(self) -> Geometry:
        return Geometry(self.card.geometry.region, self.card.geometry.input)

    def load(self) -> Any:
        """The trained ``keras.Model``.

        Raises:
            TrainingError: The file is damaged, or does not fit its card.
        """
        path = self.folder / MODEL
        try:
            model = load_keras().models.load_model(path, compile=False)
        except (OSError, ValueError, KeyError, TypeError) as error:
            reason = (str(error).strip().splitlines() or ["no reason given"])[0]
            raise TrainingError(f"{path} cannot be loaded: {reason}", "Train it again") from None
        width, height = self.card.geometry.input
        shapes = (tuple(model.input_shape[1:]), int(model.output_shape[-1]))
        if shapes != ((height, width, 1), len(self.card.outputs)):
            raise TrainingError(f"{path} does not fit the card beside it", "Train it again")
        return model


def read_run(folder: Path) -> Run:
    """Read the card of a finished run; its network is not loaded yet.

    Raises:
        MissingPathError: There is no such folder, or the run in it is not finished.
        TrainingError: The card is damaged or of a newer format.
    """
    for path, what in (
        (folder, f"there is no training run {folder}"),
        (folder / CARD, f"{folder} holds no finished run: {CARD} is missing"),
        (folder / MODEL, f"{folder} holds no finished run: {MODEL} is missing"),
    ):
        if not path.exists():
            raise MissingPathError(what, "Train one with: millsight train")
    path = folder / CARD
    try:
        return Run(folder, RunCard.model_validate_json(path.read_bytes()))
    except OSError as error:
        raise TrainingError(f"{path} cannot be read: {error.strerror}", "Check the disk") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "as a whole"
        raise TrainingError(
            f"{path} is wrong at {place}: {first['msg']}",
            f"This millsight reads cards of format {FORMAT}; train again",
        ) from None


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
