"""Learning curves as a picture and as a table."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from edge.errors import MissingExtraError
from edge.files import write_whole
from train.checkpoint import Row


def write_history(path: Path, history: list[Row]) -> None:
    """Write one CSV line an epoch.

    Raises:
        UnwritableError: The file cannot be written.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, list(history[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(history)
    write_whole(path, text.getvalue())


def write_curves(path: Path, history: list[Row], title: str, best_epoch: int | None) -> None:
    """Draw loss and accuracy over the epochs, on training items and on val, as PNG.

    Args:
        path: The picture.
        history: A row for each epoch.
        title: What was trained.
        best_epoch: Marked where its weights were kept.

    Raises:
        MissingExtraError: matplotlib is not installed.
        UnwritableError: The file cannot be written.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtraError(
            "learning curves need matplotlib, which is not installed",
            "Install it with: pip install 'millsight[train]'",
        ) from None
    figure = Figure(figsize=(10, 4), layout="constrained")
    figure.suptitle(title)
    epochs = [row["epoch"] for row in history]
    panels = {
        "Loss": {"training": "loss", "val": "val_loss"},
        "Share right": {"training": "accuracy", "val": "val_accuracy", "val AUROC": "val_auroc"},
    }
    for axes, (name, lines) in zip(figure.subplots(1, 2), panels.items(), strict=True):
        for label, key in lines.items():
            axes.plot(epochs, [row[key] for row in history], label=label, marker=".")
        if best_epoch:
            axes.axvline(best_epoch, color="grey", linestyle=":", label="weights kept")
        axes.set(xlabel="Epoch", ylabel=name)
        axes.grid(alpha=0.3)
        axes.legend()
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=110)
    write_whole(path, picture.getvalue())
