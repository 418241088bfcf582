"""The model card: training data, recipe, versions, command and figures of a run.

The same pydantic models write and read ``card.json``. Fields that export does not need have
defaults, so that older cards can be read.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge.bundle.manifest_parts import Size
from edge.core.errors import MissingPathError, TrainingError
from edge.core.files import write_whole
from edge.vision.engines.activations import Activation
from train.loop.run_folder import (
    CARD,
    PAGE,
)
from train.networks import NETWORKS
from train.regions.plan import RegionsPlan
from train.regions.split_figures import SplitFigures
from train.regions.task import Task, TaskName

FORMAT = 1

Interval = tuple[float, float]


class CardPart(BaseModel):
    """A part of a card; unknown keys of newer cards are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


_Card = TypeVar("_Card", bound=CardPart)


class RunData(CardPart):
    """What a run was trained on.

    ``digest`` and ``split_digest`` cover the images of the splits named in ``splits``: their names,
    bytes, labels, groups and splits. ``also_digests`` cover names, bytes and labels of the
    additional data sets. See ``train.data.digest``.

    Attributes:
        name: Name of the data set.
        source: Origin of the data set.
        terms: Its licence.
        digest: SHA-256 of pictures and labels.
        split_digest: SHA-256 of groups and splits.
        splits: Number of items by split.
        also: Provenance of each additional data set.
        also_digests: SHA-256 of each additional data set.
    """

    name: str
    source: str
    terms: str
    digest: str
    split_digest: str
    splits: dict[str, int]
    also: tuple[str, ...] = ()
    also_digests: tuple[str, ...] = ()


class RunGeometry(CardPart):
    """Width and height in pixels; ``region`` None: the whole frame, resized."""

    region: Size | None
    input: Size


class RunOpening(CardPart):
    """One evaluation of the holdout by a run.

    Attributes:
        by: The command.
        when: ISO 8601 with time zone.
    """

    by: str
    when: str


class RunCard(CardPart):
    """``card.json`` of a gate or a classifier.

    Times are ISO 8601 with time zone; ``seconds`` is the total over resumed runs.
    """

    format: Literal[1] = 1
    task: TaskName
    network: str
    about: str = ""
    parameters: int
    classes: tuple[str, ...]
    outputs: tuple[str, ...]
    activation: Activation
    geometry: RunGeometry
    seed: int = 0
    recipe: dict[str, Any] = Field(default_factory=dict)
    first_weights: str | None = None
    teachers: tuple[str, ...] = ()
    epochs: int = 0
    weights: str = ""
    command: str = ""
    data: RunData
    versions: dict[str, str]
    figures: dict[str, SplitFigures]
    holdout_openings: tuple[RunOpening, ...]
    started: str = ""
    finished: str = ""
    seconds: float = 0.0


def about_network(plan: RegionsPlan, task: Task, parameters: int) -> dict[str, Any]:
    """The card's fields that describe the network."""
    return {
        "task": plan.task,
        "network": plan.network,
        "about": NETWORKS[plan.network].about,
        "parameters": parameters,
        "classes": task.classes,
        "outputs": task.outputs,
        "activation": task.activation,
        "geometry": RunGeometry(region=plan.geometry.region, input=plan.geometry.input),
        "seed": plan.seed,
        "recipe": asdict(plan.recipe),
        "first_weights": plan.weights,
        "teachers": plan.teachers,
    }


def tool_versions() -> dict[str, str]:
    """Versions of the packages that affect the result; absent packages are left out."""
    packages = {
        "millsight": "millsight",
        "keras": "keras",
        "tensorflow": "tensorflow",
        "numpy": "numpy",
        "opencv": "opencv-python-headless",
    }
    found = {"python": platform.python_version()}
    for name, package in packages.items():
        try:
            found[name] = version(package)
        except PackageNotFoundError:
            continue
    return found


def write_card(folder: Path, card: CardPart, page: str) -> None:
    """Write ``card.json``, and ``card.md`` for readers.

    Raises:
        UnwritableError: The folder cannot be written.
    """
    plain = card.model_dump(mode="json")
    write_whole(folder / PAGE, page)
    write_whole(
        folder / CARD, json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    )


def read_card(folder: Path, kind: type[_Card], networks: Sequence[str]) -> _Card:
    """Read the card of a finished run.

    Args:
        folder: The run's folder.
        kind: The card model to parse.
        networks: Names of the network files that must exist.

    Raises:
        MissingPathError: The folder does not exist, or its run is not finished.
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
            f"{path} is invalid at {place}: {first['msg']}",
            f"This version reads cards of format {FORMAT}; train again",
        ) from None


def now() -> str:
    """Local time with time zone, ISO 8601, to the second."""
    return datetime.now(UTC).astimezone().isoformat(timespec="seconds")
