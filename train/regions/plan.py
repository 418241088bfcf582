"""Everything that decides how a training run goes: the recipe and what options made of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from edge.core.geometry import Geometry
from train.networks import TrainingDefaults
from train.regions.task import TaskName

SQUASHED = (256, 256)
"""Width and height that the study squashed whole frames to."""


@dataclass(frozen=True, slots=True)
class RegionsPlan:
    """A run's choices. The same plan on the same data gives the same network.

    Attributes:
        task: What is asked of an item.
        network: Name of the network.
        geometry: How a frame becomes items.
        recipe: Epochs, optimizer and so on, options applied.
        seed: Of the first weights, of the draws and of the augmentation.
        patience: Epochs without a better val loss after which training stops; None never stops it.
        items_per_epoch: Items drawn in an epoch; None draws as many as there are.
        limit: Training items used at all, for trying out; None uses all.
        stride: Steps in pixels, across and along, at which training tiles are cut; None cuts them
            side by side, as they are judged.
        weights: File or run that the first weights are from; None draws them.
        also: Folders of other data sets whose train tiles are learnt from besides.
        teachers: Runs whose answers are part of the targets.
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
        """Plain values, nested, for a checkpoint."""
        return asdict(self)


def geometry_for(recipe: TrainingDefaults, region: tuple[int, int] | None) -> Geometry:
    """How frames are cut for a network; ``region`` is a tile's width and height, None no tiling."""
    return Geometry(region=region, input=recipe.input or region or SQUASHED)
