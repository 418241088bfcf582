"""``millsight train``: the gate and the classifier."""

from __future__ import annotations

import shlex
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from train import checkpoint
from train.data import SPLIT_FILE, open_data
from train.interrupt import InterruptedTrainingError
from train.items import choose_tiles
from train.networks import NETWORKS, Recipe
from train.plan import Plan, geometry_for
from train.progress import TrainingProgress
from train.run import train_run
from train.run_figures import Figures
from train.run_folder import check_folder, claim_folder
from train.task import TaskName
from train.training_options import training_options


@click.group()
def train() -> None:
    """Train a network on labelled frames."""


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
    help="One answer, the lowest class of an item with several; or every class on its own.",
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
    out: Path | None,
    holdout: bool,
    resume: bool,
    overwrite: bool,
    **choices: Any,
) -> None:
    """Plan the run, train it, and say how good the network is."""
    if resume and overwrite:
        raise click.UsageError("--resume and --overwrite exclude each other.")
    plan = make_plan(task, **choices)
    folder = out or Path("runs") / f"{task}-{plan.network}"
    command = command_line(ctx)
    # Until the folder is claimed, what lies in it is not this run's.
    claimed = resume
    try:
        with TrainingProgress(plan.recipe.epochs) as progress:
            check_folder(folder, resume=resume, overwrite=overwrite)
            dealt = (data / SPLIT_FILE).exists()
            opened = open_data(data, splits=splits, create=True)
            if not dealt and (data / SPLIT_FILE).exists():
                click.echo(f"dealt the images to splits: {data / SPLIT_FILE}", err=True)
            region = plan.geometry.region
            tiles = choose_tiles(opened, region, plan.stride, holdout=holdout)
            claim_folder(folder, overwrite=overwrite)
            claimed = True
            card = train_run(plan, opened, tiles, folder, progress, command=command, resume=resume)
    except InterruptedTrainingError as stop:
        raise click.Abort(_how_to_go_on(folder, stop.epochs_done, command)) from None
    except KeyboardInterrupt:
        if not overwrite:
            with suppress(OSError):
                folder.rmdir()  # Refused unless it is empty: nothing was kept.
        raise click.Abort(_how_to_go_on(folder if claimed else None, None, command)) from None
    # The card holds the holdout's too; shown here they would invite choices on them.
    click.echo(f"val: {_in_words(card['figures']['val'])}", err=True)
    click.echo(f"{folder} holds the network and its card", err=True)


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
    **rest: Any,
) -> Plan:
    """The network's recipe with the options that were given, and how frames are cut.

    Raises:
        click.UsageError: Tiles and squashing were both asked for.
    """
    if rest.get("also") and task != "binary":
        raise click.UsageError("--also is for the gate: another data set has other classes.")
    cut = None if squash else region or NETWORKS[network].recipe.region
    if rest.get("stride") and not cut:
        raise click.UsageError("--stride needs tiles: give --region too.")
    if squash and region:
        raise click.UsageError("--region cuts tiles and --squash takes whole frames: choose one.")
    given: dict[str, Any] = {
        "epochs": epochs,
        "batch": batch,
        "learning_rate": learning_rate,
        "best_weights": best_weights,
    }
    recipe: Recipe = NETWORKS[network].recipe
    recipe = replace(recipe, **{k: v for k, v in given.items() if v is not None})
    return Plan(
        task=task, network=network, geometry=geometry_for(recipe, cut), recipe=recipe, **rest
    )


def command_line(ctx: click.Context) -> str:
    """The command with the options that were typed, ``--resume`` and ``--overwrite`` left out."""
    words = ["millsight", "train", str(ctx.info_name)]
    for parameter in ctx.command.params:
        assert isinstance(parameter, click.Option)
        name = parameter.name or ""
        typed = ctx.get_parameter_source(name) == click.core.ParameterSource.COMMANDLINE
        if not typed or name in ("resume", "overwrite"):
            continue
        value = ctx.params[name]
        if parameter.multiple:
            words += [word for v in value for word in (parameter.opts[0], shlex.quote(str(v)))]
            continue
        if isinstance(value, bool):
            words.append((parameter.opts if value else parameter.secondary_opts)[0])
            continue
        shown = "x".join(map(str, value)) if isinstance(value, tuple) else str(value)
        words += [parameter.opts[0], shlex.quote(shown)]
    return " ".join(words)


def _how_to_go_on(folder: Path | None, epochs_done: int | None, command: str) -> str:
    if folder is None or not (folder / checkpoint.NAME).exists():
        return "stopped by Ctrl-C before an epoch was done; nothing was kept"
    kept = "what was done" if epochs_done is None else f"{epochs_done} epochs"
    return f"stopped by Ctrl-C; {kept} kept in {folder}. Go on with: {command} --resume"


def _in_words(found: Figures) -> str:
    low, high = found["accuracy_interval"]
    area = "" if found["auroc"] is None else f", AUROC {found['auroc']:.4f}"
    return f"accuracy {found['accuracy']:.4f} ({low:.4f}–{high:.4f}) of {found['n']} items{area}"
