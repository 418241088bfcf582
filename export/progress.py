"""Progress of an export on stderr: the current step, and how much of it is done."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager
from functools import partial
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as RichProgress

from edge.cli.console import as_markup
from edge.core.stderr_log import say

_LOG = logging.getLogger(__name__)


class ExportProgress(AbstractContextManager["ExportProgress"]):
    """A progress bar on a terminal, else one line per step.

    Args:
        console: Console of stderr.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._step = self._bar.add_task("", visible=False)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def start(self, step: str, total: int | None = None) -> None:
        """Start a step of ``total`` parts, if their number is known."""
        self._bar.reset(self._step, description=as_markup(step), total=total, visible=True)
        say(_LOG, step, partial(self._print, step))

    def _print(self, step: str) -> None:
        if not self._console.is_terminal:
            self._console.print(step, markup=False, highlight=False)

    def advance(self) -> None:
        """Count one part of the step as done."""
        self._bar.advance(self._step)
