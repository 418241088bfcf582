"""Learning curves as a picture and as a table."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge.core.errors import MissingExtraError
from edge.core.files import write_whole
from train.loop.checkpoint import Row
from train.networks import TrainingDefaults

VAL = "val, bare"
"""Name of the curves on val: the network as it is after the epoch, items as they come."""

TRAINING_COLOUR, VAL_COLOUR = "tab:blue", "tab:orange"


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


def training_label(recipe: TrainingDefaults, model: Any) -> str:
    """What the curve of training is of: it is taken while learning, with all that makes it harder.

    Args:
        recipe: How the network was trained.
        model: The ``keras.Model``, asked for dropout and penalties on weights.
    """
    burdens = {
        "smoothing": recipe.label_smoothing > 0,
        "balanced draws": recipe.balance > 0,
        "penalties": bool(model.losses),
        "dropout": any(type(layer).__name__ == "Dropout" for layer in model.layers),
        "augmentation": recipe.augment,
    }
    *most, last = [name for name, there in burdens.items() if there] or [""]
    if not last:
        return "training, while learning"
    return f"training, with {', '.join(most)}{' and ' if most else ''}{last}"


def write_curves(
    path: Path,
    history: list[Row],
    title: str,
    best_epoch: int | None,
    *,
    training: str = "training, while learning",
) -> None:
    """Draw loss and accuracy over the epochs, on training items and on val, as PNG.

    Args:
        path: The picture.
        history: A row for each epoch.
        title: What was trained.
        best_epoch: Marked where its weights were kept.
        training: Name of the curves on training items; see ``training_label``.

    Raises:
        MissingExtraError: matplotlib is not installed.
        UnwritableError: The file cannot be written.
    """
    panels = {
        "Loss, nats an item": {training: "loss", VAL: "val_loss"},
        "Share of items right": {training: "accuracy", VAL: "val_accuracy"},
        "AUROC of defect or none": {VAL: "val_auroc"},
    }
    draw_panels(path, history, title, panels, best_epoch, {training: TRAINING_COLOUR})


def draw_panels(
    path: Path,
    history: list[Row],
    title: str,
    panels: Mapping[str, Mapping[str, str]],
    best_epoch: int | None,
    colours: Mapping[str, str],
) -> None:
    """Draw a panel of lines over the epochs for each of several measures, as PNG.

    Args:
        path: The picture.
        history: A row for each epoch; what is no number leaves a line out at its epoch.
        title: What was trained.
        panels: By what they show, the lines' names and the history's keys.
        best_epoch: Marked where its weights were kept.
        colours: Of lines by name; ``VAL`` has its own, the others one after another.

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
    figure = Figure(figsize=(14, 4.6), layout="constrained")
    figure.suptitle(title)
    colours = {VAL: VAL_COLOUR, **colours}
    row_of_axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for axes, (name, lines) in zip(row_of_axes, panels.items(), strict=True):
        for label, key in lines.items():
            known = [row for row in history if not math.isnan(row[key])]
            epochs, heights = [row["epoch"] for row in known], [row[key] for row in known]
            axes.plot(epochs, heights, label=label, marker=".", color=colours.get(label))
        if best_epoch:
            axes.axvline(best_epoch, color="grey", linestyle=":", label="weights kept")
        axes.set(xlabel="Epoch", ylabel=name)
        axes.grid(alpha=0.3)
        # Beneath, where its words cover no curve.
        axes.legend(
            loc="upper center", bbox_to_anchor=(0.5, -0.16), frameon=False, fontsize="small"
        )
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=110)
    write_whole(path, picture.getvalue())
