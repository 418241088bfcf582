"""What every ``millsight train`` command does around its training."""

from __future__ import annotations

import logging
import shlex
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import click

from edge.core.stderr_log import say
from train.data import SPLIT_FILE, open_data
from train.data.leaks import refuse_leaks
from train.data.progress import track
from train.data.sample import DataSet
from train.loop import checkpoint
from train.loop.interrupt import InterruptedTrainingError

_LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class Claim:
    """Whether what lies in a run's folder is the run's own yet."""

    claimed: bool


@contextmanager
def resumable(folder: Path, command: str, *, resume: bool, overwrite: bool) -> Iterator[Claim]:
    """Within it Ctrl-C ends the command with words on how to go on.

    Args:
        folder: Of the run.
        command: What was typed; see ``command_line``.
        resume: Whether the folder's run goes on, so that it is claimed already.
        overwrite: Whether another run's folder was taken over.

    Raises:
        click.Abort: Ctrl-C came.
    """
    claim = Claim(resume)
    try:
        yield claim
    except InterruptedTrainingError as stop:
        raise click.Abort(_how_to_go_on(folder, stop.epochs_done, command)) from None
    except KeyboardInterrupt:
        if not overwrite:
            with suppress(OSError):
                folder.rmdir()  # Refused unless it is empty: nothing was kept.
        raise click.Abort(_how_to_go_on(folder if claim.claimed else None, None, command)) from None


def open_to_train(root: Path, splits: Path | None, *, allow_leaks: bool = False) -> DataSet:
    """Open a data folder; says so where its images were dealt to splits just now.

    Args:
        root: The data folder.
        splits: A split file, or None for the data set's own.
        allow_leaks: Go on where near-duplicates cross the splits.

    Raises:
        DataError: Near-duplicates cross the splits.
        MillsightError: As ``open_data``.
    """
    dealt = (root / SPLIT_FILE).exists()
    data = open_data(root, splits=splits, create=True, progress=track)
    if not dealt and (root / SPLIT_FILE).exists():
        say(_LOG, f"dealt the images to splits: {root / SPLIT_FILE}")
    if not allow_leaks:
        for words in refuse_leaks(data, track):
            say(_LOG, f"tolerated: {words}")
    return data


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
