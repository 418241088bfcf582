"""Everything that decides how a run of the instance network goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from edge.core.errors import ConfigError
from edge.vision.instances.anchors import STRIDES
from train.instances.scenes import Scene
from train.networks import TrainingDefaults

_COMPACT = TrainingDefaults(
    epochs=60,
    batch=16,
    learning_rate=2e-3,
    optimizer="adamw",
    weight_decay=0.01,
    clip=10.0,
    warmup_epochs=2,
    augment=True,
    balance=0.5,
    average=0.998,
    best_weights=True,
)

RECIPES = {"compact": _COMPACT, "mobilenet": replace(_COMPACT, epochs=30, learning_rate=1e-3)}
"""By the trunk's name; see ``train.networks.pyramid.TRUNKS``."""


def require_halved(window: tuple[int, int], option: str) -> None:
    """Refuse a window (width, height in px), given by ``option``, that the maps do not divide.

    Raises:
        ConfigError: A side is no multiple of the coarsest stride.
    """
    width, height = window
    if width % STRIDES[-1] or height % STRIDES[-1]:
        raise ConfigError(
            f"a window of {width}×{height} cannot be halved down to its coarsest map",
            f"Give {option} sides that are multiples of {STRIDES[-1]}, as 400x128",
        )


@dataclass(frozen=True, slots=True)
class InstancesPlan:
    """A run's choices. The same plan on the same data gives the same network.

    Attributes:
        window: Width and height in px of what the network sees at once.
        trunk: A key of ``train.networks.pyramid.TRUNKS``.
        recipe: Epochs, optimizer and so on, options applied.
        clean: Share of the windows that are of frames without a defect.
        seed: Of the first weights, the anchors, the draws and the augmentation.
        items_per_epoch: Windows drawn in an epoch; None draws as many as cover the frames.
        limit: Training frames used at all, for trying out; None uses all.
        weights: File or run that the first weights are from; None draws them.
        judge_every: Epochs from one look at val to the next; the last is always looked at.
        judge_frames: Frames of val that are looked at, evenly over it.
    """

    window: tuple[int, int]
    trunk: str
    recipe: TrainingDefaults
    clean: float = 0.2
    seed: int = 0
    items_per_epoch: int | None = None
    limit: int | None = None
    weights: str | None = None
    judge_every: int = 1
    judge_frames: int = 200

    def __post_init__(self) -> None:
        """Refuse a window that the pyramid's maps do not divide.

        Raises:
            ConfigError: Its sides are no multiples of the coarsest stride.
        """
        require_halved(self.window, "--window")

    def as_json(self) -> dict[str, Any]:
        """Plain values, nested, for a checkpoint."""
        return {"task": "instances"} | asdict(self)

    def count(self, scenes: Sequence[Scene]) -> int:
        """Windows an epoch."""
        if self.items_per_epoch is not None:
            return self.items_per_epoch
        width, height = self.window
        return sum(-(-s.sample.width // width) * -(-s.sample.height // height) for s in scenes)
