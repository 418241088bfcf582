"""The folder of a training run: its file names, and the checks before a run uses it."""

from __future__ import annotations

from pathlib import Path

from edge.core.errors import TrainingError
from edge.core.files import check_writable, make_folder, writable
from train.loop import checkpoint

MODEL, CARD, PAGE, CURVES, HISTORY = (
    "model.keras",
    "card.json",
    "card.md",
    "curves.png",
    "history.csv",
)
"""Files of a finished run. The card is written last, so a folder with a card is complete."""

PYRAMID, BOX_HEAD, MASK_HEAD, PREDICTIONS = (
    "pyramid.keras",
    "box_head.keras",
    "mask_head.keras",
    "predictions.png",
)
"""Files of a finished run of the instance network, in place of ``MODEL``."""

_ALL = (
    *(CARD, checkpoint.NAME, PAGE, MODEL, CURVES, HISTORY),
    *(PYRAMID, BOX_HEAD, MASK_HEAD, PREDICTIONS),
)


def check_folder(folder: Path, *, resume: bool, overwrite: bool) -> None:
    """Refuse a folder that holds another run; nothing is changed.

    Raises:
        TrainingError: The folder holds a finished or an interrupted run, or with ``resume`` none.
        UnwritableError: The folder cannot be read, or exists and cannot be written.
    """
    with writable(folder):
        if folder.is_dir():
            check_writable(folder / CARD)
        finished, begun = (folder / CARD).exists(), (folder / checkpoint.NAME).exists()
    if overwrite:
        return
    if finished:
        raise TrainingError(
            f"{folder} holds a finished run", "Choose another --out, or replace it with --overwrite"
        )
    if begun and not resume:
        raise TrainingError(
            f"{folder} holds an interrupted run",
            "Continue with --resume, or replace it with --overwrite",
        )
    if resume and not begun:
        raise checkpoint.nothing_to_resume(folder)


def claim_folder(folder: Path, *, overwrite: bool) -> None:
    """Create a run's folder if it is missing; with ``overwrite``, remove the previous run's files.

    Raises:
        UnwritableError: It cannot be created or written.
    """
    make_folder(folder)
    with writable(folder):
        check_writable(folder / CARD)
        # The card goes first, so that a half-emptied folder is never taken for a finished run.
        for name in _ALL if overwrite else ():
            (folder / name).unlink(missing_ok=True)
