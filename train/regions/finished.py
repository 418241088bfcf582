"""Finished training runs: reading their cards and networks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge.core.errors import TrainingError
from edge.core.geometry import Geometry
from train.backend import load_keras
from train.loop.run_folder import MODEL
from train.regions.card import RunCard, read_card


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run.

    Attributes:
        folder: The run's folder.
        card: Its model card.
    """

    folder: Path
    card: RunCard

    @property
    def geometry(self) -> Geometry:
        return Geometry(self.card.geometry.region, self.card.geometry.input)

    def load(self) -> Any:
        """The trained ``keras.Model``.

        Raises:
            TrainingError: The file is damaged, or does not match its card.
        """
        path = self.folder / MODEL
        model = load_network(path)
        width, height = self.card.geometry.input
        shapes = (tuple(model.input_shape[1:]), int(model.output_shape[-1]))
        if shapes != ((height, width, 1), len(self.card.outputs)):
            raise TrainingError(f"{path} does not match the card beside it", "Train it again")
        return model


def read_run(folder: Path) -> Run:
    """Read the card of a finished run; its network is not loaded yet.

    Raises:
        MissingPathError: The folder does not exist, or its run is not finished.
        TrainingError: The card is damaged or of a newer format.
    """
    return Run(folder, read_card(folder, RunCard, (MODEL,)))


def load_network(path: Path) -> Any:
    """The ``keras.Model`` of a finished run, uncompiled.

    Raises:
        TrainingError: The file is damaged.
    """
    try:
        return load_keras().models.load_model(path, compile=False)
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = (str(error).strip().splitlines() or ["no reason given"])[0]
        raise TrainingError(f"{path} cannot be loaded: {reason}", "Train it again") from None
