"""All choices of a run of the instance network."""

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
"""By backbone; see ``train.networks.pyramid.TRUNKS``."""


def require_multiple_of_stride(window: tuple[int, int], option: str) -> None:
    """Refuse a window (width, height in px) that the pyramid's strides do not divide.

    ``option`` is the command-line option named in the error.

    Raises:
        ConfigError: A side is not a multiple of the coarsest stride.
    """
    width, height = window
    if width % STRIDES[-1] or height % STRIDES[-1]:
        raise ConfigError(
            f"the sides of a {width}×{height} window are not multiples of {STRIDES[-1]}",
            f"Give {option} multiples of {STRIDES[-1]}, such as 400x128",
        )


@dataclass(frozen=True, slots=True)
class InstancesPlan:
    """A run's choices. The same plan on the same data gives the same network.

    Attributes:
        window: Width and height in px of the network's input.
        trunk: Backbone, a key of ``train.networks.pyramid.TRUNKS``.
        recipe: Epochs, optimizer and so on, with the options applied.
        clean: Share of windows from frames without a defect.
        seed: Seed of initial weights, anchors, sampling and augmentation.
        items_per_epoch: Windows drawn per epoch; None: as many as cover the frames.
        limit: Number of training frames to use, for trials; None: all.
        weights: File or run with the initial weights; None: random.
        judge_every: Epochs between evaluations of val; the last epoch is always evaluated.
        judge_frames: Number of evenly spaced val frames to evaluate.
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
        """Check the window.

        Raises:
            ConfigError: A side is not a multiple of the coarsest stride.
        """
        require_multiple_of_stride(self.window, "--window")

    def as_json(self) -> dict[str, Any]:
        """Nested plain values, for a checkpoint."""
        return {"task": "instances"} | asdict(self)

    def count(self, scenes: Sequence[Scene]) -> int:
        """Windows per epoch."""
        if self.items_per_epoch is not None:
            return self.items_per_epoch
        width, height = self.window
        return sum(-(-s.sample.width // width) * -(-s.sample.height // height) for s in scenes)
