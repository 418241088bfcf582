"""The instance network's model card: training data, recipe and figures on val."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Literal

from pydantic import Field

from edge.bundle.manifest_parts import Size
from edge.vision.instances.anchors import Anchors
from train.instances.evaluating import FIGURES
from train.instances.plan import InstancesPlan
from train.loop.checkpoint import Row
from train.loop.run_folder import (
    CURVES,
    PREDICTIONS,
)
from train.regions.card import CardPart, RunData, RunOpening

_LEFT_OUT = ("label_smoothing", "focal", "trust", "input", "region")
"""Recipe keys that concern only classification networks."""

EvaluatedEpoch = dict[str, int | float | None]
"""An epoch's number and ``evaluating.FIGURES``; null if not computed."""


class InstancesRunCard(CardPart):
    """``card.json`` of the instance network.

    Times are ISO 8601 with time zone; ``seconds`` is the total over resumed runs. ``anchors`` are
    width and height in px of each level's shapes, finest level first; ``anchors_iou`` is the mean
    IoU of training boxes with their best anchor. ``clean`` is the share of windows from frames
    without a defect. ``judged_frames`` is the number of val frames evaluated after epochs;
    ``history`` holds those results, ``figures`` the final ones on all of val.
    """

    format: Literal[1] = 1
    task: Literal["instances"]
    trunk: str
    window: Size
    anchors: tuple[tuple[tuple[float, float], ...], ...]
    seed: int = 0
    recipe: dict[str, Any] = Field(default_factory=dict)
    clean: float = 0.0
    first_weights: str | None = None
    parameters: int
    classes: tuple[str, ...]
    masks: bool
    anchors_iou: float = 0.0
    epochs: int = 0
    weights: str = ""
    command: str
    windows_per_epoch: int = 0
    data: RunData
    instances: dict[str, dict[str, int]] = Field(default_factory=dict)
    versions: dict[str, str]
    judged_frames: int = 0
    history: tuple[EvaluatedEpoch, ...] = ()
    figures: dict[str, dict[str, Any]]
    holdout_openings: tuple[RunOpening, ...]
    started: str = ""
    finished: str = ""
    seconds: float = 0.0


def about_plan(plan: InstancesPlan, anchors: Anchors) -> dict[str, Any]:
    """The card's fields that describe the run's choices."""
    recipe = {name: v for name, v in asdict(plan.recipe).items() if name not in _LEFT_OUT}
    return {
        "task": "instances",
        "trunk": plan.trunk,
        "window": plan.window,
        "anchors": anchors.shapes,
        "seed": plan.seed,
        "recipe": recipe,
        "clean": plan.clean,
        "first_weights": plan.weights,
    }


def evaluated_epochs(history: Sequence[Row]) -> list[EvaluatedEpoch]:
    """Epochs after which val was evaluated."""
    rows = [{name: row[name] for name in ("epoch", *FIGURES)} for row in history]
    return [
        {name: None if math.isnan(value) else value for name, value in row.items()}
        for row in rows
        if not all(math.isnan(row[name]) for name in FIGURES)
    ]


def as_markdown(card: InstancesRunCard) -> str:
    """The card as Markdown."""
    data, figures = card.data, card.figures["val"]
    width, height = card.window
    splits = ", ".join(f"{n} {name}" for name, n in data.splits.items())
    shapes = "; ".join(", ".join(f"{w:g}×{h:g}" for w, h in level) for level in card.anchors)
    rows = [_row("all", figures["n"], figures)]
    rows += [_row(name, each["n"], each) for name, each in figures["per_class"].items()]
    return "\n".join(
        [
            f"# Mask R-CNN on the {card.trunk} trunk",
            "",
            f"{card.parameters:,} parameters; boxes{' and masks' if card.masks else ''}.",
            "",
            f"- **Window**: {width}×{height} grey pixels from 0 to 1.",
            f"- **Anchors**, px, from stride 4 to 16: {shapes}; best IoU with a training box"
            f" is {card.anchors_iou:.2f} on average.",
            f"- **Data**: {data.name}. Source: {data.source}. Terms: {data.terms}.",
            f"- **Frames**: {splits}.",
            f"- **Data digest**: `{data.digest}`; of groups and splits: `{data.split_digest}`.",
            f"- **Training**: {card.epochs} epochs of {card.windows_per_epoch} windows,"
            f" {card.weights}, seed {card.seed}, {card.seconds / 60:.1f} min, finished"
            f" {card.finished}.",
            f"- **Versions**: {', '.join(f'{k} {v}' for k, v in card.versions.items())}.",
            "",
            "| val | instances | box AP50 | box AP | mask AP50 | mask AP |",
            "|---|---|---|---|---|---|",
            *rows,
            "",
            f"All of val, with the deployed host code and the float networks; epochs: on"
            f" {card.judged_frames} frames of it. 95 % intervals of AP50, bootstrap over groups of"
            f" near-duplicates: boxes {_interval(figures['box_ap50_interval'])}, masks"
            f" {_interval(figures['mask_ap50_interval'])}. All choices were made on val.",
            "",
            f"![Learning curves]({CURVES})",
            "",
            f"![Labels and predictions]({PREDICTIONS})",
            "",
            "Again:",
            "",
            f"    {card.command}",
            "",
        ]
    )


def _row(name: str, count: int, figures: dict[str, Any]) -> str:
    cells = " | ".join(_number(figures[key]) for key in FIGURES)
    return f"| {name} | {count} | {cells} |"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _interval(ends: Sequence[float] | None) -> str:
    return "–" if ends is None else f"{ends[0]:.3f}–{ends[1]:.3f}"
