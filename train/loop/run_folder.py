"""The folder of a training run: what it holds, and when a run may have it."""

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
"""What a finished run leaves. The card comes last, so a folder with a card is whole."""

PYRAMID, BOX_HEAD, MASK_HEAD, PREDICTIONS = (
    "pyramid.keras",
    "box_head.keras",
    "mask_head.keras",
    "predictions.png",
)
"""What a run of the instance network leaves in place of ``MODEL``."""

_ALL = (
    *(CARD, checkpoint.NAME, PAGE, MODEL, CURVES, HISTORY),
    *(PYRAMID, BOX_HEAD, MASK_HEAD, PREDICTIONS),
)


def check_folder(folder: Path, *, resume: bool, overwrite: bool) -> None:
    """Refuse to train over a run that is there; nothing is touched.

    Raises:
        TrainingError: It holds a finished run, or one that could be resumed, or none to resume.
        UnwritableError: It cannot be looked into, or it is there and cannot be written.
    """
    with writable(folder):
        if folder.is_dir():
            check_writable(folder / CARD)
        finished, begun = (folder / CARD).exists(), (folder / checkpoint.NAME).exists()
    if overwrite:
        return
    if finished:
        raise TrainingError(
            f"{folder} holds a finished run", "Choose another --out, or train anew with --overwrite"
        )
    if begun and not resume:
        raise TrainingError(
            f"{folder} holds a run that was interrupted",
            "Go on with --resume, or train anew with --overwrite",
        )
    if resume and not begun:
        raise checkpoint.nothing_to_resume(folder)


def claim_folder(folder: Path, *, overwrite: bool) -> None:
    """Create a run's folder where it is missing, and empty it of another run.

    Raises:
        UnwritableError: It cannot be created or written.
    """
    make_folder(folder)
    with writable(folder):
        check_writable(folder / CARD)
        # The card goes first: without it no half-emptied folder passes for a finished run.
        for name in _ALL if overwrite else ():
            (folder / name).unlink(missing_ok=True)
