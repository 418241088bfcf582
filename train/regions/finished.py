"""Finished training runs: their cards and networks, read again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from edge.bundle.manifest_parts import Size
from edge.core.errors import MissingPathError, TrainingError
from edge.core.geometry import Geometry
from train.backend import load_keras
from train.loop.run_folder import CARD, MODEL
from train.regions.card import FORMAT
from train.regions.task import TaskName

_CardT = TypeVar("_CardT", bound="Lenient")


class Lenient(BaseModel):
    """Takes what others need of a card and leaves the rest of it unread."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class CardFigures(Lenient):
    """How good the run says that its network is on one split."""

    accuracy: float
    n: int


class RunData(Lenient):
    """What the run was trained on, ``splits`` in items; ``also`` is what else it learnt from."""

    name: str
    source: str
    terms: str
    digest: str
    split_digest: str
    splits: dict[str, int]
    also: tuple[str, ...] = ()
    also_digests: tuple[str, ...] = ()


class RunOpening(Lenient):
    """One time that the run judged the holdout."""

    by: str
    when: str


class RunGeometry(Lenient):
    """Width and height in pixels; no region means the whole frame."""

    region: Size | None
    input: Size


class RunCard(Lenient):
    """What a teacher and export need of ``card.json``; see ``train.regions.card.Card``."""

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
    figures: dict[str, CardFigures]
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
        model = load_network(path)
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
    return Run(folder, read_card(folder, RunCard, (MODEL,)))


def read_card(folder: Path, kind: type[_CardT], networks: Sequence[str]) -> _CardT:
    """Read what is needed of the card of a finished run.

    Args:
        folder: Of the run.
        kind: What is needed of it.
        networks: Names of the files beside it.

    Raises:
        MissingPathError: There is no such folder, or the run in it is not finished.
        TrainingError: The card is damaged, of another kind of network, or of a newer format.
    """
    for path, what in (
        (folder, f"there is no training run {folder}"),
        *(
            (folder / name, f"{folder} holds no finished run: {name} is missing")
            for name in (CARD, *networks)
        ),
    ):
        if not path.exists():
            raise MissingPathError(what, "Train one with: millsight train")
    path = folder / CARD
    try:
        return kind.model_validate_json(path.read_bytes())
    except OSError as error:
        raise TrainingError(f"{path} cannot be read: {error.strerror}", "Check the disk") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "as a whole"
        raise TrainingError(
            f"{path} is wrong at {place}: {first['msg']}",
            f"This millsight reads cards of format {FORMAT}; train again",
        ) from None


def load_network(path: Path) -> Any:
    """A ``keras.Model`` of a finished run, uncompiled.

    Raises:
        TrainingError: The file is damaged.
    """
    try:
        return load_keras().models.load_model(path, compile=False)
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = (str(error).strip().splitlines() or ["no reason given"])[0]
        raise TrainingError(f"{path} cannot be loaded: {reason}", "Train it again") from None
