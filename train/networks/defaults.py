"""A network's entry in the catalogue: its builder and its default training recipe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Shape = tuple[int, int, int]
"""Height, width and channels of a network's input."""


@dataclass(frozen=True, slots=True)
class TrainingDefaults:
    """A network's training recipe unless options override it.

    Attributes:
        epochs: Passes over the training items.
        batch: Batch size.
        learning_rate: Peak learning rate.
        optimizer: Adam, or AdamW with ``weight_decay``.
        weight_decay: Decoupled weight decay of AdamW.
        clip: Global gradient norm for clipping; None: no clipping.
        warmup_epochs: Epochs of linear warm-up before cosine decay to zero; None: constant rate.
        label_smoothing: Share of a label that is spread over the other outputs.
        augment: Whether training items are augmented.
        rough: Whether augmentation is that of a rough line; see ``train.augment.tiles.ROUGH``.
        balance: Class sampling: 0 natural frequencies, 0.5 by square root, 1 equal shares.
        average: Decay per step of the moving average of the weights, which is evaluated and kept;
            0: no average.
        focal: Exponent of focal loss; 0: cross-entropy.
        trust: Weight of the teachers in a target, if there are teachers.
        input: Width and height of the network's input; None: those of the region.
        region: Width and height of a tile; None: whole frames, resized.
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
        name: Value of ``--network``.
        build: Makes an untrained ``keras.Model`` from the input's shape and the number of
            outputs. Input: float32 [n, h, w, 1] from 0 to 1. Output: logits [n, outputs].
        recipe: Its default recipe.
        about: One line for ``--help`` and the model card.
        width_step: The input's width must be a multiple of this.
    """

    name: str
    build: Callable[[Shape, int], Any]
    recipe: TrainingDefaults
    about: str
    width_step: int = 1
