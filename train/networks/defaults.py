"""What a network needs beside its layers to be trained: the defaults that options override."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Shape = tuple[int, int, int]
"""Height, width and channels of a network's input."""


@dataclass(frozen=True, slots=True)
class TrainingDefaults:
    """How a network is trained unless options say otherwise.

    Attributes:
        epochs: Passes over the training items.
        batch: Items a step.
        learning_rate: Peak learning rate.
        optimizer: Plain Adam, or AdamW with ``weight_decay``.
        weight_decay: Decoupled weight decay of AdamW.
        clip: Norm that all gradients together are cut down to; None leaves them as they are.
        warmup_epochs: Epochs of linear rise before a cosine fall to zero; None holds the rate.
        label_smoothing: Share of a label that is spread over the other outputs.
        augment: Whether training items are flipped, shifted, brightened and so on.
        rough: Whether they are changed as by a rough line; see ``train.augment.tiles.ROUGH``.
        balance: 0 draws classes as they come, 1 equally often, 0.5 by the root of their share.
        average: Decay, a step, of the running average of the weights that is judged and kept; 0
            keeps the weights themselves.
        focal: Exponent of focal loss; 0 is plain cross-entropy.
        trust: Share of a target that teachers give, where there are any.
        input: Width and height of the network's input; None takes the region's own.
        region: Width and height of a tile; None squashes the whole frame.
        best_weights: Keep the epoch that is best on val instead of the last.
    """

    epochs: int
    batch: int = 32
    learning_rate: float = 1e-3
    optimizer: Literal["adam", "adamw"] = "adam"
    weight_decay: float = 0.0
    clip: float | None = None
    warmup_epochs: float | None = None
    label_smoothing: float = 0.0
    augment: bool = False
    rough: bool = False
    balance: float = 0.0
    average: float = 0.0
    focal: float = 0.0
    trust: float = 0.7
    input: tuple[int, int] | None = None
    region: tuple[int, int] | None = None
    best_weights: bool = False


@dataclass(frozen=True, slots=True)
class Network:
    """A network that can be trained by name.

    Attributes:
        name: As ``--network`` takes it.
        build: Makes an untrained ``keras.Model`` from the input's shape and the number of
            outputs; float32 [n, h, w, 1] from 0 to 1 in, logits [n, outputs] out.
        recipe: Its own defaults.
        about: One line for ``--help`` and the model card.
        width_step: The input's width must be a multiple of this.
    """

    name: str
    build: Callable[[Shape, int], Any]
    recipe: TrainingDefaults
    about: str
    width_step: int = 1
