"""The checkpoint that a run resumes from: one file, written atomically."""

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
    """State of a run after an epoch.

    Attributes:
        history: A row per finished epoch.
        weights: All variables of the network, with statistics of norms and seeds of dropout.
        optimizer: All variables of the optimizer, with its step count.
        average: The moving average of the network's variables; empty if averaging is off.
        best: The network's variables, or their average, in the best epoch; empty if the last
            epoch's weights are kept.
        best_epoch: Number of the epoch with the lowest val loss, from 1; 0 before the first.
        started: When the run first started, ISO 8601.
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
    """Assign arrays to Keras variables in the same order.

    Raises:
        TrainingError: The shapes or their number differ.
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
    """Write the checkpoint to a run's folder, replacing the previous one.

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
    """Read the checkpoint from a run's folder.

    Raises:
        TrainingError: It is missing or damaged, or was written with other options or data.
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
            "Give yourself read permission",
        ) from None
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        raise TrainingError(
            f"checkpoint {path} is damaged", "Start again with --overwrite"
        ) from None
    changed = _changed(about["identity"], json.loads(json.dumps(identity)))
    if changed:
        raise TrainingError(
            f"the run in {folder} was started differently: {changed}",
            "Resume it with its original options and data",
        )
    return CheckpointState(
        history=about["history"],
        best_epoch=about["best_epoch"],
        started=about["started"],
        **parts,
    )


def remove(folder: Path) -> None:
    """Remove the checkpoint from a run's folder, if there is one.

    Raises:
        UnwritableError: It cannot be removed.
    """
    with writable(folder):
        (folder / NAME).unlink(missing_ok=True)


def nothing_to_resume(folder: Path) -> TrainingError:
    """The error for a folder without a checkpoint."""
    return TrainingError(f"there is nothing to resume in {folder}", "Leave out --resume to start")


def _changed(before: dict[str, Any], now: dict[str, Any]) -> str:
    """The differences between two runs' identities as text; empty if there are none."""
    before, now = _flat(before), _flat(now)
    names = [n for n in now | before if before.get(n) != now.get(n)]
    return ", ".join(f"{n} {_short(before.get(n))}, now {_short(now.get(n))}" for n in names)


def _flat(identity: dict[str, Any], above: str = "") -> dict[str, Any]:
    """Nested values under dotted names, so that equal names in two sections stay apart."""
    flat: dict[str, Any] = {}
    for name, value in identity.items():
        if isinstance(value, dict):
            flat.update(_flat(value, f"{above}{name}."))
        else:
            flat[above + name] = value
    return flat


def _short(value: Any) -> str:
    """A value for a message; a digest is shortened."""
    return f"{value[:12]}…" if isinstance(value, str) and len(value) == 64 else str(value)
