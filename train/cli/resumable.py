"""Steps that all ``millsight train`` commands share: resuming, data, the command line."""

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
    """Whether the run has claimed its folder, so that its content is the run's own."""

    claimed: bool


@contextmanager
def resumable(folder: Path, command: str, *, resume: bool, overwrite: bool) -> Iterator[Claim]:
    """Context manager: on Ctrl-C the command ends and prints how to resume.

    Args:
        folder: The run's folder.
        command: The command as typed; see ``command_line``.
        resume: Whether the run continues one in this folder, which is then claimed already.
        overwrite: Whether another run's folder is replaced.

    Raises:
        click.Abort: Ctrl-C was pressed.
    """
    claim = Claim(resume)
    try:
        yield claim
    except InterruptedTrainingError as stop:
        raise click.Abort(_resume_hint(folder, stop.epochs_done, command)) from None
    except KeyboardInterrupt:
        if not overwrite:
            with suppress(OSError):
                folder.rmdir()  # Fails unless the folder is empty, which is intended.
        raise click.Abort(_resume_hint(folder if claim.claimed else None, None, command)) from None


def open_to_train(root: Path, splits: Path | None, *, allow_leaks: bool = False) -> DataSet:
    """Open a data folder; log it if the images were split just now.

    Args:
        root: The data folder.
        splits: A split file, or None for the data set's own.
        allow_leaks: Tolerate near-duplicates that cross splits.

    Raises:
        DataError: Near-duplicates cross the splits.
        MillsightError: See ``open_data``.
    """
    dealt = (root / SPLIT_FILE).exists()
    data = open_data(root, splits=splits, create=True, progress=track)
    if not dealt and (root / SPLIT_FILE).exists():
        say(_LOG, f"split the images: {root / SPLIT_FILE}")
    if not allow_leaks:
        for words in refuse_leaks(data, track):
            say(_LOG, f"tolerated: {words}")
    return data


def command_line(ctx: click.Context) -> str:
    """The command with the typed options, without ``--resume`` and ``--overwrite``."""
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


def _resume_hint(folder: Path | None, epochs_done: int | None, command: str) -> str:
    if folder is None or not (folder / checkpoint.NAME).exists():
        return "stopped by Ctrl-C before the first epoch ended; nothing was kept"
    kept = "finished epochs" if epochs_done is None else f"{epochs_done} epochs"
    return f"stopped by Ctrl-C; {kept} kept in {folder}. Continue with: {command} --resume"
