"""All choices of a training run: the recipe with the options applied."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from edge.core.geometry import Geometry
from train.networks import TrainingDefaults
from train.regions.task import TaskName

SQUASHED = (256, 256)
"""Width and height to which the study resized whole frames."""


@dataclass(frozen=True, slots=True)
class RegionsPlan:
    """A run's choices. The same plan on the same data gives the same network.

    Attributes:
        task: The classification task.
        network: Name of the network.
        geometry: Conversion from frame to items.
        recipe: Epochs, optimizer and so on, with the options applied.
        seed: Seed of initial weights, sampling and augmentation.
        patience: Early stopping: epochs without a better val loss before training ends; None: off.
        items_per_epoch: Items drawn per epoch; None: the number of training items.
        limit: Number of training items to use, for trials; None: all.
        stride: Step in pixels, across and along, between training tiles; None: the tile's size, as
            in inspection.
        weights: File or run with the initial weights; None: random.
        also: Folders of additional data sets whose train tiles are used.
        teachers: Runs to distil from.
    """

    task: TaskName
    network: str
    geometry: Geometry
    recipe: TrainingDefaults
    seed: int = 0
    patience: int | None = None
    items_per_epoch: int | None = None
    limit: int | None = None
    stride: tuple[int, int] | None = None
    weights: str | None = None
    also: tuple[str, ...] = ()
    teachers: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Nested plain values, for a checkpoint."""
        return asdict(self)


def geometry_for(recipe: TrainingDefaults, region: tuple[int, int] | None) -> Geometry:
    """Geometry of a network; ``region`` is a tile's width and height, None: whole frames."""
    return Geometry(region=region, input=recipe.input or region or SQUASHED)
