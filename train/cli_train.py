"""``millsight train``: the gate and the classifier."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from edge.cli.options import SIZE
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


@click.group()
def train() -> None:
    """Train a network on labelled frames."""


def _network_help() -> str:
    return "; ".join(f"{n.name}: {n.about}" for n in NETWORKS.values()) + "."


COUNT = click.IntRange(min=1)

OPTIONS = [
    click.option(
        "--data",
        required=True,
        type=click.Path(path_type=Path),
        help="Folder with labelled frames: Severstal's layout, or COCO instances.",
    ),
    click.option(
        "--splits",
        type=click.Path(path_type=Path),
        help="Split file. [default: the data set's own, written if missing]",
    ),
    click.option(
        "--network",
        type=click.Choice(list(NETWORKS)),
        default="compact",
        show_default=True,
        help=_network_help(),
    ),
    click.option(
        "--out",
        type=click.Path(path_type=Path),
        help="Folder of the run. [default: runs/TASK-NETWORK]",
    ),
    click.option(
        "--region",
        type=SIZE,
        help="Cut frames into tiles of this width and height in pixels."
        " [default: 200x128, but for the study's networks]",
    ),
    click.option(
        "--stride",
        type=SIZE,
        help="Cut training tiles at steps of so many pixels across and along, overlapping one"
        " another. [default: side by side]",
    ),
    click.option(
        "--squash",
        is_flag=True,
        help="Squash whole frames to 256x256, as the study did. [default for its networks]",
    ),
    click.option("--epochs", type=COUNT, help="Passes over the items. [default: the network's]"),
    click.option("--batch", type=COUNT, help="Items a step. [default: the network's]"),
    click.option(
        "--learning-rate",
        type=click.FloatRange(min=0, min_open=True),
        help="Peak rate. [default: the network's]",
    ),
    click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True),
    click.option(
        "--early-stopping",
        "patience",
        type=COUNT,
        metavar="EPOCHS",
        help="Stop when val loss has not fallen for so many epochs. [default: never]",
    ),
    click.option(
        "--best-weights/--last-weights",
        default=None,
        help="Keep the epoch with the lowest val loss, or the last."
        " [default: best for compact, last for the study's]",
    ),
    click.option(
        "--items-per-epoch",
        type=COUNT,
        help="Draw so many items an epoch. [default: as many as there are]",
    ),
    click.option(
        "--weights",
        metavar="PATH",
        help="Start from these weights: a run, a .keras file, or an .npz of Keras layer names such"
        " as ImageNet's for mobilenet. [default: from scratch]",
    ),
    click.option(
        "--also",
        multiple=True,
        metavar="DIR",
        help="Learn from the train images of this data set too, as defective or clean; for the"
        " gate alone. May be given again.",
    ),
    click.option(
        "--teacher",
        "teachers",
        multiple=True,
        metavar="RUN",
        help="Learn from this run's answers too; give it again for the mean of several.",
    ),
    click.option(
        "--holdout/--no-holdout",
        default=True,
        help="Judge the holdout at the end, which is logged; leave it closed for trials."
        " [default: judge it]",
    ),
    click.option("--limit", type=COUNT, help="Use so many training items, for trying out."),
    click.option("--resume", is_flag=True, help="Go on with an interrupted run."),
    click.option("--overwrite", is_flag=True, help="Train anew over a run that is there."),
]


def _with_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(OPTIONS):
        command = option(command)
    return command


@train.command()
@_with_options
@click.pass_context
def binary(ctx: click.Context, /, **options: Any) -> None:
    """Train the gate: is there a defect?"""
    _train(ctx, "binary", **options)


@train.command()
@_with_options
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
