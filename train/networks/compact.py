"""Networks for the line: the compact ones, and a MobileNet that can be their teacher."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from train.networks.defaults import (
    Network,
    Shape,
    TrainingDefaults,
)
from train.networks.depthwise import patch_stem, pooled_classifier, trunk

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
"""Filters and stride of each block: 19 MFLOP on a 200×128 tile; a frame has sixteen tiles."""

PATCHES_BLOCKS = ((64, 2), (64, 1), (64, 1), (128, 2), (128, 1), (128, 1))
"""18 MFLOP, after a patch stem that reduces each side to a quarter."""

CLASSIFIER_BLOCKS = ((32, 2), (48, 1), (128, 2), (128, 1), (256, 2), (256, 1), (256, 1))
"""64 MFLOP on a 200×128 tile; runs only on tiles that the gate flags. Most of the width is in late
blocks, where maps are small and int8 width costs least."""

MOBILENET_BLOCKS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *((512, 1),) * 5)
"""MobileNet v1 up to its eleventh block: 0.5 GFLOP on a 200×128 tile."""


def compact(shape: Shape, outputs: int) -> Any:
    """Compact network: the gate's width for two outputs, the classifier's for more.

    Input: float32 [n, *shape] from 0 to 1. Output: logits [n, outputs].
    """
    blocks = GATE_BLOCKS if outputs <= 2 else CLASSIFIER_BLOCKS
    return pooled_classifier(*trunk(shape, 16, blocks), outputs, "compact")


def compact_wide(shape: Shape, outputs: int) -> Any:
    """Compact network of the classifier's width for any number of outputs."""
    return pooled_classifier(*trunk(shape, 16, CLASSIFIER_BLOCKS), outputs, "compact_wide")


def patches(shape: Shape, outputs: int) -> Any:
    """A faster gate: its stem takes patches of 6×12 pixels at stride 4."""
    return pooled_classifier(*trunk(shape, 32, PATCHES_BLOCKS, patch_stem), outputs, "patches")


def mobilenet(shape: Shape, outputs: int) -> Any:
    """MobileNet v1 (Howard et al. 2017) up to block 11, for ImageNet weights: ``--weights``."""
    return pooled_classifier(*trunk(shape, 32, MOBILENET_BLOCKS), outputs, "mobilenet")


NETWORKS = (
    Network("compact", compact, COMPACT, "depthwise, ReLU6, for int8 beside the line"),
    Network("compact-wide", compact_wide, COMPACT, "compact at the classifier's width"),
    Network("patches", patches, COMPACT, "a gate in three quarters of compact's time", 4),
    Network("mobilenet", mobilenet, MOBILENET, "MobileNet v1 to block 11, as a teacher"),
)
