"""``millsight train``: the commands for the gate and the classifier; adds that for instances."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from edge.core.stderr_log import say
from train.cli.instances import instances
from train.cli.options import training_options
from train.cli.resumable import (
    command_line,
    open_to_train,
    resumable,
)
from train.loop.progress import TrainingProgress
from train.loop.run_folder import check_folder, claim_folder
from train.networks import NETWORKS, TrainingDefaults
from train.regions.items import choose_tiles
from train.regions.plan import RegionsPlan, geometry_for
from train.regions.run import train_run
from train.regions.split_figures import SplitFigures
from train.regions.task import TaskName

_LOG = logging.getLogger(__name__)


@click.group()
def train() -> None:
    """Train a network on labelled frames."""


train.add_command(instances)


@train.command()
@training_options
@click.pass_context
def binary(ctx: click.Context, /, **options: Any) -> None:
    """Train the gate: is there a defect?"""
    _train(ctx, "binary", **options)


@train.command()
@training_options
@click.option(
    "--labels",
    type=click.Choice(["multiclass", "multilabel"]),
    default="multiclass",
    show_default=True,
    help="multiclass: one class per item, the lowest of several; multilabel: any set of classes.",
)
@click.pass_context
def multiclass(ctx: click.Context, /, labels: TaskName, **options: Any) -> None:
    """Train the classifier: which defect?"""
    _train(ctx, labels, **options)


def _train(
    ctx: click.Context,
    task: TaskName,
    *,
    data: Path,
    splits: Path | None,
    allow_leaks: bool,
    out: Path | None,
    holdout: bool,
    resume: bool,
    overwrite: bool,
    **choices: Any,
) -> None:
    """Plan the run, train the network, and report its figures on val."""
    if resume and overwrite:
        raise click.UsageError("--resume and --overwrite exclude each other.")
    plan = make_plan(task, **choices)
    folder = out or Path("runs") / f"{task}-{plan.network}"
    command = command_line(ctx)
    claiming = resumable(folder, command, resume=resume, overwrite=overwrite)
    with claiming as claim, TrainingProgress(plan.recipe.epochs) as progress:
        check_folder(folder, resume=resume, overwrite=overwrite)
        opened = open_to_train(data, splits, allow_leaks=allow_leaks)
        tiles = choose_tiles(opened, plan.geometry.region, plan.stride, holdout=holdout)
        claim_folder(folder, overwrite=overwrite)
        claim.claimed = True
        card = train_run(plan, opened, tiles, folder, progress, command=command, resume=resume)
    # The card also holds the holdout's figures; shown here they would invite choices on them.
    say(_LOG, f"val: {_in_words(card.figures['val'])}")
    say(_LOG, f"{folder} holds the network and its model card")


def make_plan(
    task: TaskName,
    *,
    network: str,
    region: tuple[int, int] | None,
    squash: bool,
    epochs: int | None,
    batch: int | None,
    learning_rate: float | None,
    best_weights: bool | None,
    rough: bool,
    **rest: Any,
) -> RegionsPlan:
    """The network's recipe with the given options applied, and the geometry of its items.

    Raises:
        click.UsageError: Options for tiles and whole frames contradict each other, or the width
            does not suit the network.
    """
    cut = None if squash else region or NETWORKS[network].recipe.region
    if rest.get("stride") and not cut:
        raise click.UsageError("--stride needs tiles: give --region too.")
    if squash and region:
        raise click.UsageError("--region cuts tiles and --squash takes whole frames: choose one.")
    step = NETWORKS[network].width_step
    if cut and cut[0] % step:
        raise click.UsageError(
            f"The network {network} takes regions whose width is a multiple of {step}:"
            f" {cut[0]} is none."
        )
    given: dict[str, Any] = {
        "epochs": epochs,
        "batch": batch,
        "learning_rate": learning_rate,
        "best_weights": best_weights,
        "rough": rough or None,
    }
    recipe: TrainingDefaults = NETWORKS[network].recipe
    recipe = replace(recipe, **{k: v for k, v in given.items() if v is not None})
    return RegionsPlan(
        task=task, network=network, geometry=geometry_for(recipe, cut), recipe=recipe, **rest
    )


def _in_words(found: SplitFigures) -> str:
    low, high = found.accuracy_interval or (0.0, 1.0)
    area = "" if found.auroc is None else f", AUROC {found.auroc:.4f}"
    return f"accuracy {found.accuracy:.4f} ({low:.4f}–{high:.4f}) of {found.n} items{area}"
