"""``millsight train instances``: trains the instance segmentation network."""

from __future__ import annotations

import logging
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from edge.cli.options import SIZE, with_options
from edge.core.errors import DataError
from edge.core.stderr_log import say
from train.cli.options import (
    COUNT,
    batch_option,
    best_option,
    data_options,
    epochs_option,
    out_option,
    rate_option,
    resume_options,
    seed_option,
)
from train.cli.resumable import (
    command_line,
    open_to_train,
    resumable,
)
from train.instances.plan import RECIPES, InstancesPlan
from train.instances.run import train_instances
from train.loop.checkpoint import Row
from train.loop.progress import TrainingProgress
from train.loop.run_folder import check_folder, claim_folder

_LOG = logging.getLogger(__name__)
_options = with_options(
    data_options,
    click.option(
        "--window",
        required=True,
        type=SIZE,
        help="Width and height in pixels of the network's input window, multiples of 16; larger"
        " frames are covered by several windows.",
    ),
    click.option(
        "--trunk",
        type=click.Choice(list(RECIPES)),
        default="compact",
        show_default=True,
        help="Backbone of the feature pyramid: the classifier's, or MobileNet v1.",
    ),
    out_option("runs/instances-TRUNK"),
    epochs_option,
    batch_option,
    rate_option,
    seed_option,
    best_option("Keep the epoch with the highest AP50 on val, or the last. [default: best]"),
    click.option(
        "--items-per-epoch",
        type=COUNT,
        help="Windows per epoch. [default: as many as cover the frames]",
    ),
    click.option(
        "--clean",
        type=click.FloatRange(0, 1, max_open=True),
        default=0.2,
        show_default=True,
        help="Share of windows that come from frames without a defect.",
    ),
    click.option(
        "--weights",
        metavar="PATH",
        help="Initial weights: a run of this command sets all layers; a classifier's run, a .keras"
        " file or an .npz of Keras layer names sets the backbone. [default: random]",
    ),
    click.option(
        "--judge-every",
        type=COUNT,
        default=1,
        show_default=True,
        metavar="EPOCHS",
        help="Evaluate val after every so many epochs, and after the last.",
    ),
    click.option(
        "--judge-frames",
        type=COUNT,
        default=200,
        show_default=True,
        help="Evaluate so many val frames, evenly spaced, during training; at the end all.",
    ),
    click.option("--limit", type=COUNT, help="Use only so many training frames, for trials."),
    resume_options,
)


@click.command()
@_options
@click.pass_context
def instances(
    ctx: click.Context,
    /,
    *,
    data: Path,
    splits: Path | None,
    allow_leaks: bool,
    out: Path | None,
    resume: bool,
    overwrite: bool,
    **choices: Any,
) -> None:
    """Train Mask R-CNN: a class and an outline for each defect."""
    if resume and overwrite:
        raise click.UsageError("--resume and --overwrite exclude each other.")
    plan = make_instances_plan(**choices)
    folder = out or Path("runs") / f"instances-{plan.trunk}"
    command = command_line(ctx)
    claiming = resumable(folder, command, resume=resume, overwrite=overwrite)
    with claiming as claim, TrainingProgress(plan.recipe.epochs, precision_in_words) as progress:
        check_folder(folder, resume=resume, overwrite=overwrite)
        opened = open_to_train(data, splits, allow_leaks=allow_leaks)
        if opened.layout == "class folders":
            raise DataError(
                f"{data} holds class folders, which have no boxes or masks",
                "Label boxes or masks, or train only the gate and the classifier",
            )
        claim_folder(folder, overwrite=overwrite)
        claim.claimed = True
        card = train_instances(plan, opened, folder, progress, command=command, resume=resume)
    say(_LOG, f"val: {_in_words(card.figures['val'])}")
    say(_LOG, f"{folder} holds the networks and their model card")


def make_instances_plan(
    *,
    window: tuple[int, int],
    trunk: str,
    epochs: int | None,
    batch: int | None,
    learning_rate: float | None,
    best_weights: bool | None,
    **rest: Any,
) -> InstancesPlan:
    """The trunk's recipe with the given options applied.

    Raises:
        ConfigError: A side of the window is not a multiple of 16.
    """
    given: dict[str, Any] = {
        "epochs": epochs,
        "batch": batch,
        "learning_rate": learning_rate,
        "best_weights": best_weights,
    }
    recipe = replace(RECIPES[trunk], **{k: v for k, v in given.items() if v is not None})
    return InstancesPlan(window=window, trunk=trunk, recipe=recipe, **rest)


def precision_in_words(row: Row) -> str:
    """The precision figures of an epoch's progress line."""
    parts = [
        f"{kind} AP50 {row[f'{kind}_ap50']:.3f} AP {row[f'{kind}_ap']:.3f}"
        for kind in ("box", "mask")
        if not math.isnan(row[f"{kind}_ap50"])
    ]
    return f"val {', '.join(parts) or 'not evaluated'}"


def _in_words(found: dict[str, Any]) -> str:
    parts = [
        f"{kind} AP50 {found[f'{kind}_ap50']:.3f}"
        for kind in ("box", "mask")
        if found[f"{kind}_ap50"] is not None
    ]
    return f"{', '.join(parts)} of {found['n']} instances on {found['n_frames']} frames"
