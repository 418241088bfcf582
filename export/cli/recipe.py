"""``millsight recipe``: runs all steps from a data folder to a packed bundle."""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from edge.cli import millsight
from edge.cli.options import with_options
from edge.core.errors import MillsightError
from edge.core.files import check_writable, make_folder
from edge.core.stderr_log import say
from export.recipes.catalogue import (
    COLD_STRIP,
    FETCH,
    SEVERSTAL,
    SIMULATED,
    STUDY,
    Recipe,
)
from export.recipes.step import Step, plan_steps
from export.recipes.step_state import (
    State,
    record_export,
    state,
)

_LOG = logging.getLogger(__name__)
FOLDER = click.Path(path_type=Path)
COUNT = click.IntRange(min=1)

common_options = with_options(
    click.option("--runs", type=FOLDER, help="Folder of the runs. [default: runs/RECIPE]"),
    click.option(
        "--out",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Bundle to write, FILE.millsight. [default: RUNS/RECIPE.millsight]",
    ),
    click.option(
        "--weights",
        type=FOLDER,
        help="Teachers' initial weights: ImageNet's MobileNet v1, an .npz of Keras layer names."
        " [default: random, which gives much weaker teachers]",
    ),
    click.option("--epochs", type=COUNT, help="Epochs per training. [default: the recipe's]"),
    click.option(
        "--items-per-epoch",
        type=COUNT,
        help="Items drawn per epoch, in each training. [default: the recipe's]",
    ),
    click.option("--limit", type=COUNT, help="Use only so many training items, for trials."),
    click.option("--force", is_flag=True, help="Replace OUT if it exists."),
    click.option("--dry-run", is_flag=True, help="Print the commands without running them."),
)
SPLITS = click.option(
    "--splits", type=FOLDER, help="Split file. [default: the data set's own, written if missing]"
)


@dataclass(frozen=True, slots=True)
class Common:
    """Options that all recipes share; see ``common_options``."""

    runs: Path | None
    out: Path | None
    weights: Path | None
    epochs: int | None
    items_per_epoch: int | None
    limit: int | None
    force: bool
    dry_run: bool


@click.group()
def recipe() -> None:
    """Make a bundle from a data folder, step by step.

    Each step is one command, which is printed before it runs. Finished steps are skipped and an
    interrupted step continues, so repeating the command completes the recipe.
    """


@recipe.command(COLD_STRIP.name, help=COLD_STRIP.about)
@click.option(
    "--data", type=FOLDER, help="CR7's folder. [default: cr7 in $MILLSIGHT_DATA or ../shared/data]"
)
@SPLITS
@common_options
def cold_strip(data: Path | None, splits: Path | None, **common: Any) -> None:
    data = data or Path(os.environ.get("MILLSIGHT_DATA", "../shared/data")) / "cr7"
    options = {"train": {"--splits": splits}, "export": {"--splits": splits}}
    _make_bundle(COLD_STRIP, COLD_STRIP.commands, data, options, Common(**common))


@recipe.command(SIMULATED.name, help=SIMULATED.about)
@click.option("--data", type=FOLDER, help="New folder for the frames. [default: RUNS/data]")
@click.option(
    "--frames",
    type=COUNT,
    help="Frames to draw for each of the four sets. [default: the recipe's, 21,000 in all]",
)
@common_options
def simulated(data: Path | None, frames: int | None, **common: Any) -> None:
    options = {"simulate": {"--frames": frames}}
    _make_bundle(SIMULATED, SIMULATED.commands, data, options, Common(**common))


@recipe.command(SEVERSTAL.name, help=SEVERSTAL.about)
@click.option(
    "--data",
    required=True,
    type=FOLDER,
    help="The competition's folder: train.csv beside train_images/.",
)
@click.option(
    "--kaggle",
    is_flag=True,
    help="First download the data into the folder, through the Kaggle client and your account.",
)
@click.option(
    "--with-study",
    is_flag=True,
    help="Also train the study's fourteen networks, as in the study.",
)
@SPLITS
@common_options
def severstal(
    data: Path, kaggle: bool, with_study: bool, splits: Path | None, **common: Any
) -> None:
    commands = (
        *((FETCH,) if kaggle else ()),
        *SEVERSTAL.commands,
        *(STUDY if with_study else ()),
    )
    options = {"train": {"--splits": splits}, "export": {"--splits": splits}}
    _make_bundle(SEVERSTAL, commands, data, options, Common(**common))


def _make_bundle(
    recipe_: Recipe,
    commands: Sequence[tuple[str, str]],
    data: Path | None,
    options: Mapping[str, Mapping[str, object]],
    common: Common,
) -> None:
    """Plan a recipe's steps and run those that are not finished."""
    runs = common.runs or Path("runs") / recipe_.name
    places = {
        "data": data or runs / "data",
        "runs": runs,
        "out": common.out or runs / f"{recipe_.name}.millsight",
    }
    training = {
        "--epochs": common.epochs,
        "--items-per-epoch": common.items_per_epoch,
        "--limit": common.limit,
    }
    teachers = [name for name, _ in commands if name.startswith("teacher")]
    if common.weights and not teachers:
        raise click.UsageError(f"{recipe_.name} has no teachers: leave out --weights.")
    options = {
        **options,
        **{name: {"--weights": common.weights} for name in teachers},
        "train": {**options.get("train", {}), **training},
        "export": {**options.get("export", {}), "--force": common.force},
    }
    steps = plan_steps(commands, places, options)
    try:
        # Check everything that can be refused before hours of work.
        states = [state(step) for step in steps]
    except click.UsageError as error:
        error.ctx = click.get_current_context()
        raise
    if common.dry_run:
        _print_commands(zip(steps, states, strict=True))
        return
    make_folder(runs)
    check_writable(places["out"])
    for number, step in enumerate(steps, start=1):
        _run_step(step, f"step {number} of {len(steps)}, {step.name}")
    say(_LOG, f"done; see the bundle with: millsight bundle show {places['out']}")


def _print_commands(found: Iterable[tuple[Step, State]]) -> None:
    """Print the commands for pasting into a shell."""
    for step, how_far in found:
        shown = step.resumed() if how_far == "begun" else step
        done = f"# {step.name} is done: " if how_far == "done" else ""
        click.echo(done + shown.command)


def _run_step(step: Step, title: str) -> None:
    """Run a step unless it is finished; if it stops early, say how to continue."""
    found = state(step)
    if found == "done":
        say(_LOG, f"{title}: already done")
        return
    shown = step.resumed() if found == "begun" else step
    lines = f"{title}:\n{shown.command}"
    say(_LOG, f"{title}: {shown.command}", lambda: click.echo(lines, err=True))
    try:
        _run_command(shown)
        if step.kind == "export":
            record_export(step)
    except click.Abort as stop:
        words = " ".join(map(str, stop.args)) or "stopped by Ctrl-C"
        raise click.Abort(f"{words}\n{title}: {_RESUME_HINT}") from None
    except MillsightError:
        say(_LOG, f"{title} failed; {_RESUME_HINT}", level=logging.ERROR)
        raise


_RESUME_HINT = "repeat the command to continue the recipe from here"


def _run_command(step: Step) -> None:
    """Run a command in this process, and release its memory."""
    millsight.main([*step.words], prog_name="millsight", standalone_mode=False)
    if keras := sys.modules.get("keras"):
        # Otherwise the graphs of all trainings accumulate.
        keras.backend.clear_session()
    gc.collect()
