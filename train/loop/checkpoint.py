"""What a run needs to go on after an interruption, in one file that is whole or absent."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from edge.core.errors import TrainingError
from edge.core.files import writable, write_whole

NAME = "checkpoint.npz"

Row = dict[str, float]
"""One epoch of the history: its number, losses, accuracies, AUROC and seconds."""

Arrays = list[NDArray[Any]]

PARTS = ("weights", "optimizer", "average", "best")


@dataclass(slots=True)
class CheckpointState:
    """Where a run stands after an epoch.

    Attributes:
        history: A row for each epoch done.
        weights: All of the network's variables, norms' statistics and dropout's seeds included.
        optimizer: All of the optimizer's, its step count included.
        average: The running average of the network's; empty where none is kept.
        best: The network's variables, or their average, in the best epoch; empty where the last one
            is wanted.
        best_epoch: Number of the epoch with the lowest val loss, from 1; 0 before any.
        started: When the run's first sitting began, ISO 8601.
    """

    history: list[Row] = field(default_factory=list)
    weights: Arrays = field(default_factory=list)
    optimizer: Arrays = field(default_factory=list)
    average: Arrays = field(default_factory=list)
    best: Arrays = field(default_factory=list)
    best_epoch: int = 0
    started: str = ""

    @property
    def epochs_done(self) -> int:
        return len(self.history)


def values(variables: Iterable[Any]) -> Arrays:
    """Copies of Keras variables as NumPy arrays."""
    return [np.array(v) for v in variables]


def assign(variables: Iterable[Any], arrays: Arrays) -> None:
    """Put arrays back into Keras variables, in the same order.

    Raises:
        TrainingError: They do not fit one another.
    """
    variables = list(variables)
    if [tuple(v.shape) for v in variables] != [a.shape for a in arrays]:
        raise TrainingError(
            "the checkpoint's weights do not fit the network",
            "It was written by another version; start again with --overwrite",
        )
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)


def save(folder: Path, state: CheckpointState, identity: dict[str, Any]) -> None:
    """Write the checkpoint of a run's folder, replacing the one before it.

    Raises:
        UnwritableError: The folder cannot be written, or the disk is full.
    """
    about = {
        "identity": identity,
        "history": state.history,
        "best_epoch": state.best_epoch,
        "started": state.started,
    }
    arrays = {
        f"{name}_{i:04}": array for name in PARTS for i, array in enumerate(getattr(state, name))
    }
    buffer = io.BytesIO()
    np.savez(buffer, about=np.array(json.dumps(about)), **arrays)
    write_whole(folder / NAME, buffer.getvalue())


def load(folder: Path, identity: dict[str, Any]) -> CheckpointState:
    """Read the checkpoint of a run's folder.

    Raises:
        TrainingError: There is none, it is damaged, or it is of a run with other options or data.
    """
    path = folder / NAME
    try:
        with np.load(path) as file:
            about = json.loads(str(file["about"]))
            parts = {
                name: [file[key] for key in sorted(file) if key.startswith(name + "_")]
                for name in PARTS
            }
    except FileNotFoundError:
        raise nothing_to_resume(folder) from None
    except PermissionError as error:
        raise TrainingError(
            f"checkpoint {path} cannot be read: {error.strerror}",
            "Give yourself the right to read it",
        ) from None
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        raise TrainingError(
            f"checkpoint {path} is damaged", "Start again with --overwrite"
        ) from None
    changed = _changed(about["identity"], json.loads(json.dumps(identity)))
    if changed:
        raise TrainingError(
            f"the run in {folder} was started otherwise: {changed}",
            "Resume it with the options and data that it was started with",
        )
    return CheckpointState(
        history=about["history"],
        best_epoch=about["best_epoch"],
        started=about["started"],
        **parts,
    )


def remove(folder: Path) -> None:
    """Remove the checkpoint of a run's folder, where there is one.

    Raises:
        UnwritableError: It cannot be removed.
    """
    with writable(folder):
        (folder / NAME).unlink(missing_ok=True)


def nothing_to_resume(folder: Path) -> TrainingError:
    """What is said where a run's folder holds no checkpoint."""
    return TrainingError(f"there is nothing to resume in {folder}", "Leave out --resume to start")


def _changed(before: dict[str, Any], now: dict[str, Any]) -> str:
    """What differs between two runs, in words; empty where nothing does."""
    before, now = _flat(before), _flat(now)
    names = [n for n in now | before if before.get(n) != now.get(n)]
    return ", ".join(f"{n} {_short(before.get(n))}, now {_short(now.get(n))}" for n in names)


def _flat(identity: dict[str, Any], above: str = "") -> dict[str, Any]:
    """Nested values under dotted names, so that no two of one name hide one another."""
    flat: dict[str, Any] = {}
    for name, value in identity.items():
        if isinstance(value, dict):
            flat.update(_flat(value, f"{above}{name}."))
        else:
            flat[above + name] = value
    return flat


def _short(value: Any) -> str:
    """A value in a message; of a digest its beginning."""
    return f"{value[:12]}…" if isinstance(value, str) and len(value) == 64 else str(value)
