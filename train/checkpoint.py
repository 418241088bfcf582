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

from edge.errors import TrainingError
from edge.files import write_whole

NAME = "checkpoint.npz"

Row = dict[str, float]
"""One epoch of the history: its number, losses, accuracies, AUROC and seconds."""

Arrays = list[NDArray[Any]]


@dataclass(slots=True)
class State:
    """Where a run stands after an epoch.

    Attributes:
        history: A row for each epoch done.
        weights: All of the network's variables, norms' statistics and dropout's seeds included.
        optimizer: All of the optimizer's, its step count included.
        best: The network's variables in the best epoch; empty where the last one is wanted.
        best_epoch: Number of the epoch with the lowest val loss, from 1; 0 before any.
    """

    history: list[Row] = field(default_factory=list)
    weights: Arrays = field(default_factory=list)
    optimizer: Arrays = field(default_factory=list)
    best: Arrays = field(default_factory=list)
    best_epoch: int = 0

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


def save(folder: Path, state: State, identity: dict[str, Any]) -> None:
    """Write the checkpoint of a run's folder, replacing the one before it.

    Raises:
        UnwritableError: The folder cannot be written, or the disk is full.
    """
    about = {"identity": identity, "history": state.history, "best_epoch": state.best_epoch}
    arrays = {
        f"{name}_{i:04}": array
        for name in ("weights", "optimizer", "best")
        for i, array in enumerate(getattr(state, name))
    }
    buffer = io.BytesIO()
    np.savez(buffer, about=np.array(json.dumps(about)), **arrays)
    write_whole(folder / NAME, buffer.getvalue())


def load(folder: Path, identity: dict[str, Any]) -> State:
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
                for name in ("weights", "optimizer", "best")
            }
    except FileNotFoundError:
        raise TrainingError(
            f"there is nothing to resume in {folder}", "Leave out --resume to start"
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
    return State(history=about["history"], best_epoch=about["best_epoch"], **parts)


def _changed(before: dict[str, Any], now: dict[str, Any]) -> str:
    """What differs between two runs, in words; empty where nothing does."""
    before, now = _flat(before), _flat(now)
    names = [n for n in now | before if before.get(n) != now.get(n)]
    return ", ".join(f"{n} {before.get(n)}, now {now.get(n)}" for n in names)


def _flat(identity: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in identity.items():
        flat.update(_flat(value) if isinstance(value, dict) else {name: value})
    return flat
