"""Training progress on stderr: a bar per epoch, and a line per finished epoch."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from edge.cli.console import SafeConsole
from edge.core.stderr_log import say
from train.loop.checkpoint import Row

_LOG = logging.getLogger(__name__)


def accuracy_in_words(row: Row) -> str:
    """The figures of an epoch's line, for a gate or a classifier."""
    return (
        f"accuracy {row['accuracy']:.4f}"
        f"  val loss {row['val_loss']:.4f}  accuracy {row['val_accuracy']:.4f}"
        f"  AUROC {row['val_auroc']:.4f}"
    )


class TrainingProgress:
    """A ``Watcher`` with a progress bar; without a terminal it prints only the epochs' lines.

    Args:
        epochs: Planned epochs.
        words: Formats the figures of an epoch's line, between its loss and its seconds.
    """

    def __init__(self, epochs: int, words: Callable[[Row], str] = accuracy_in_words) -> None:
        self._epochs = epochs
        self._words = words
        self._console = SafeConsole(stderr=True, soft_wrap=True, highlight=False)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[shown]}"),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._bar = self._progress.add_task("", shown="", visible=False)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def start_cutting(self, split: str, frames: int) -> None:
        """Announce the reading and cutting of a split's frames."""
        self._log_and_start(f"cutting {split}", frames, "frames")

    def start_reading(self, split: str, frames: int) -> None:
        """Announce the prefetch of a split's frames."""
        self._log_and_start(f"reading {split}", frames, "frames")

    def start_evaluating(self, split: str, frames: int) -> None:
        """Announce the evaluation of a split's frames."""
        self._log_and_start(f"judging {split}", frames, "frames")

    def advance(self) -> None:
        """Count one frame that was read or evaluated, or one batch of a teacher."""
        self._progress.advance(self._bar)

    def start_teachers(self, batches: int) -> None:
        """Announce the teachers' predictions."""
        self._log_and_start("running teachers", batches, "batches")

    def start_epoch(self, number: int, steps: int) -> None:
        self._start(f"epoch {number}/{self._epochs}", steps, "")

    def step(self, loss: float) -> None:
        self._progress.update(self._bar, advance=1, shown=f"loss {loss:.4f}")

    def end_epoch(self, row: Row) -> None:
        text = (
            f"epoch {row['epoch']:.0f}/{self._epochs}  loss {row['loss']:.4f}"
            f"  {self._words(row)}  {row['seconds']:.1f} s"
        )
        say(_LOG, text, partial(self._console.print, text))

    def _log_and_start(self, what: str, total: int, unit: str) -> None:
        _LOG.info("%s: %d %s", what, total, unit)
        self._start(what, total, unit)

    def _start(self, what: str, total: int, shown: str) -> None:
        self._progress.reset(self._bar, description=what, total=total, visible=True, shown=shown)
