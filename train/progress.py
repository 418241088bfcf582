"""Shows on stderr how training goes: a bar for the epoch, a line for each epoch done."""

from __future__ import annotations

from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from train.checkpoint import Row


class TrainingProgress:
    """A ``Watcher`` that draws; where stderr is no terminal it prints the epochs' lines alone.

    Args:
        epochs: Epochs planned.
    """

    def __init__(self, epochs: int) -> None:
        self._epochs = epochs
        self._console = Console(stderr=True, soft_wrap=True, highlight=False)
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
        """A split's frames are about to be read."""
        self._progress.reset(
            self._bar, description=f"cutting {split}", total=frames, visible=True, shown="frames"
        )

    def advance(self) -> None:
        """One frame was read, or one batch answered."""
        self._progress.advance(self._bar)

    def start_teaching(self, batches: int) -> None:
        """Teachers are about to be asked."""
        self._progress.reset(
            self._bar, description="asking teachers", total=batches, visible=True, shown="batches"
        )

    def start_epoch(self, number: int, steps: int) -> None:
        self._progress.reset(
            self._bar,
            description=f"epoch {number}/{self._epochs}",
            total=steps,
            visible=True,
            shown="",
        )

    def step(self, loss: float) -> None:
        self._progress.update(self._bar, advance=1, shown=f"loss {loss:.4f}")

    def end_epoch(self, row: Row) -> None:
        self._console.print(
            f"epoch {row['epoch']:.0f}/{self._epochs}"
            f"  loss {row['loss']:.4f}  accuracy {row['accuracy']:.4f}"
            f"  val loss {row['val_loss']:.4f}  accuracy {row['val_accuracy']:.4f}"
            f"  AUROC {row['val_auroc']:.4f}  {row['seconds']:.1f} s"
        )
