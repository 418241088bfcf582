"""The model card: what was trained, on what, by whom it can be repeated, and how good it is."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypedDict

from edge.core.files import write_whole
from train.loop.run_folder import (
    CARD,
    CURVES,
    PAGE,
)
from train.networks import NETWORKS
from train.regions.plan import RegionsPlan
from train.regions.split_figures import SplitFigures
from train.regions.task import Task

FORMAT = 1


class DataCard(TypedDict):
    """What a run was trained on; ``splits`` counts items, ``also`` says what else it learnt from.

    Both digests are over the images of the splits named in ``splits``: their names, bytes and
    labels, and which group and split each is in; ``also_digests`` are over the names, bytes and
    labels of what else it learnt from. See ``train.data.digest``.
    """

    name: str
    source: str
    terms: str
    digest: str
    split_digest: str
    splits: dict[str, int]
    also: list[str]
    also_digests: list[str]


class GeometryCard(TypedDict):
    """Width and height in pixels; no region means the whole frame, squashed."""

    region: list[int] | None
    input: list[int]


class Opening(TypedDict):
    """When the holdout was looked at, ISO 8601 with its zone, and by which command."""

    by: str
    when: str


class Card(TypedDict):
    """``card.json``. Times are ISO 8601 with their zone; ``seconds`` covers all sittings."""

    format: int
    task: str
    network: str
    about: str
    parameters: int
    classes: list[str]
    outputs: list[str]
    activation: str
    geometry: GeometryCard
    seed: int
    epochs: int
    weights: str
    command: str
    recipe: dict[str, object]
    first_weights: str | None
    teachers: list[str]
    data: DataCard
    versions: dict[str, str]
    figures: dict[str, SplitFigures]
    holdout_openings: list[Opening]
    started: str
    finished: str
    seconds: float


def about_network(plan: RegionsPlan, task: Task, parameters: int) -> dict[str, Any]:
    """What a card says of the network itself."""
    region, size = plan.geometry.region, plan.geometry.input
    return {
        "task": plan.task,
        "network": plan.network,
        "about": NETWORKS[plan.network].about,
        "parameters": parameters,
        "classes": list(task.classes),
        "outputs": list(task.outputs),
        "activation": task.activation,
        "geometry": {"region": list(region) if region else None, "input": list(size)},
        "seed": plan.seed,
        "recipe": asdict(plan.recipe),
        "first_weights": plan.weights,
        "teachers": list(plan.teachers),
    }


def tool_versions() -> dict[str, str]:
    """Versions of what decides the result; packages that are absent are left out."""
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


def write_card(folder: Path, card: Card) -> None:
    """Write ``card.json`` and, for people, ``card.md``.

    Raises:
        UnwritableError: The folder cannot be written.
    """
    write_whole(folder / PAGE, as_markdown(card))
    write_whole(folder / CARD, json.dumps(card, indent=2, ensure_ascii=False) + "\n")


def as_markdown(card: Card) -> str:
    """The card as a page."""
    region, size, data = card["geometry"]["region"], card["geometry"]["input"], card["data"]
    cut = f"tiles of {region[0]}×{region[1]} px" if region else "whole frames"
    rows = [
        f"| {split} | {f['n']} | {f['accuracy']:.4f} | {_interval(f['accuracy_interval'])} "
        f"| {_number(f['auroc'])} | {_interval(f['auroc_interval'])} |"
        for split, f in card["figures"].items()
    ]
    splits = ", ".join(f"{n} {name}" for name, n in data["splits"].items())
    return "\n".join(
        [
            f"# {card['network']}, {card['task']}",
            "",
            f"{card['about'].capitalize()}; {card['parameters']:,} parameters.",
            "",
            f"- **Input**: {cut}, seen as {size[0]}×{size[1]} grey pixels from 0 to 1.",
            f"- **Outputs**: {', '.join(card['outputs'])} ({card['activation']} of the logits).",
            f"- **Data**: {data['name']}. Source: {data['source']}. Terms: {data['terms']}.",
            f"- **Items**: {splits}.",
            f"- **Data digest**: `{data['digest']}`; of groups and splits:"
            f" `{data['split_digest']}`.",
            f"- **Training**: {card['epochs']} epochs, {card['weights']}, seed {card['seed']},"
            f" {card['seconds'] / 60:.1f} min, finished {card['finished']}.",
            f"- **Versions**: {', '.join(f'{k} {v}' for k, v in card['versions'].items())}.",
            "",
            "| split | items | accuracy | 95 % interval | AUROC, defect or none | 95 % interval |",
            "|---|---|---|---|---|---|",
            *rows,
            "",
            "Intervals: bootstrap over whole groups of near-duplicates. Choices were made on val;"
            " holdout only reports.",
            *_opened(card["holdout_openings"]),
            "",
            f"![Learning curves]({CURVES})",
            "",
            "Again:",
            "",
            f"    {card['command']}",
            "",
        ]
    )


def _opened(openings: list[Opening]) -> list[str]:
    """When the holdout was looked at, a line for each time."""
    return ["", *(f"- Holdout opened {o['when']} by `{o['by']}`." for o in openings)]


def _interval(ends: list[float] | None) -> str:
    return "–" if ends is None else f"{ends[0]:.4f}–{ends[1]:.4f}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def now() -> str:
    """Local time with its zone, ISO 8601, to the second."""
    return datetime.now(UTC).astimezone().isoformat(timespec="seconds")
