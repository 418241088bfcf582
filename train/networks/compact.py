"""The networks for the line: a compact one, and the MobileNet trunk that may teach it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from train.networks.defaults import (
    Network,
    Shape,
    TrainingDefaults,
)
from train.networks.depthwise import classified, patch_stem, trunk

COMPACT = TrainingDefaults(
    epochs=40,
    batch=32,
    learning_rate=2e-3,
    optimizer="adamw",
    weight_decay=0.01,
    warmup_epochs=2,
    label_smoothing=0.05,
    augment=True,
    balance=0.5,
    average=0.995,
    region=(200, 128),
    best_weights=True,
)

MOBILENET = replace(COMPACT, epochs=8, learning_rate=5e-4, warmup_epochs=1, average=0.99)

GATE_BLOCKS = ((24, 2), (32, 1), (56, 2), (56, 1), (56, 1), (96, 2), (128, 1))
"""Filters and stride of each block: 19 MFLOP on a 200×128 tile, of which a frame has sixteen."""

PATCHES_BLOCKS = ((64, 2), (64, 1), (64, 1), (128, 2), (128, 1), (128, 1))
"""18 MFLOP, behind a stem of 7 that leaves a quarter of each side."""

CLASSIFIER_BLOCKS = ((32, 2), (48, 1), (128, 2), (128, 1), (256, 2), (256, 1), (256, 1))
"""64 MFLOP on a 200×128 tile; only tiles that the gate suspects are put through it. Most of it is
late, where pictures are small: in int8 that is where width costs least."""

MOBILENET_BLOCKS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *((512, 1),) * 5)
"""MobileNet v1 up to its eleventh block: 0.5 GFLOP on a 200×128 tile."""


def compact(shape: Shape, outputs: int) -> Any:
    """Narrow with two outputs, as the gate has, and wider with more.

    Takes float32 [n, *shape] from 0 to 1, gives logits [n, outputs].
    """
    blocks = GATE_BLOCKS if outputs <= 2 else CLASSIFIER_BLOCKS
    return classified(*trunk(shape, 16, blocks), outputs, "compact")


def compact_wide(shape: Shape, outputs: int) -> Any:
    """The classifier's width whatever the number of outputs."""
    return classified(*trunk(shape, 16, CLASSIFIER_BLOCKS), outputs, "compact_wide")


def patches(shape: Shape, outputs: int) -> Any:
    """A quicker gate: it sees patches of 6×12 pixels at steps of four."""
    return classified(*trunk(shape, 32, PATCHES_BLOCKS, patch_stem), outputs, "patches")


def mobilenet(shape: Shape, outputs: int) -> Any:
    """MobileNet v1 (Howard et al. 2017) to block 11, for ImageNet weights: ``--weights``."""
    return classified(*trunk(shape, 32, MOBILENET_BLOCKS), outputs, "mobilenet")


NETWORKS = (
    Network("compact", compact, COMPACT, "depthwise, ReLU6, for int8 beside the line"),
    Network("compact-wide", compact_wide, COMPACT, "the same, as wide for the gate as for classes"),
    Network("patches", patches, COMPACT, "a gate in three quarters of compact's time", 4),
    Network("mobilenet", mobilenet, MOBILENET, "MobileNet v1 to block 11, to teach the others"),
)
