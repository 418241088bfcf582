"""Learning curves as a picture and as a CSV table."""

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
"""Label of the val curves: the network after the epoch, without augmentation or penalties."""

TRAINING_COLOUR, VAL_COLOUR = "tab:blue", "tab:orange"


def write_history(path: Path, history: list[Row]) -> None:
    """Write the history as CSV, one row per epoch.

    Raises:
        UnwritableError: The file cannot be written.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, list(history[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(history)
    write_whole(path, text.getvalue())


def training_label(recipe: TrainingDefaults, model: Any) -> str:
    """Label of the training curve: it is measured during the epoch, with all regularization on.

    Args:
        recipe: The training recipe.
        model: The ``keras.Model``, inspected for dropout and weight penalties.
    """
    regularizers = {
        "smoothing": recipe.label_smoothing > 0,
        "balanced draws": recipe.balance > 0,
        "penalties": bool(model.losses),
        "dropout": any(type(layer).__name__ == "Dropout" for layer in model.layers),
        "augmentation": recipe.augment,
    }
    *most, last = [name for name, there in regularizers.items() if there] or [""]
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
    """Plot loss and accuracy by epoch, on training items and on val, as PNG.

    Args:
        path: The picture to write.
        history: A row per epoch.
        title: Title of the figure.
        best_epoch: Epoch whose weights are kept, marked by a line; None: no line.
        training: Label of the training curves; see ``training_label``.

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
    """Plot several measures by epoch, a panel each, as PNG.

    Args:
        path: The picture to write.
        history: A row per epoch; NaN leaves a gap.
        title: Title of the figure.
        panels: For each panel's y label, its curves: label to history key.
        best_epoch: Epoch whose weights are kept, marked by a line; None: no line.
        colours: Colour by curve label; ``VAL`` has its own, others follow matplotlib's cycle.

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
        # Below the axes, so that the legend covers no curve.
        axes.legend(
            loc="upper center", bbox_to_anchor=(0.5, -0.16), frameon=False, fontsize="small"
        )
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=110)
    write_whole(path, picture.getvalue())
