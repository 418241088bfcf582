"""Backbone, feature pyramid and region proposals of the instance network: its int8 part.

The pyramid is that of Lin et al., Feature pyramid networks for object detection, CVPR 2017, on the
classifiers' backbones, so that most layers can start from a finished classifier or from ImageNet.
Depthwise layers, ReLU6 and bilinear upsampling let XNNPACK run the whole graph.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from edge.core.errors import TrainingError
from edge.vision.instances.anchors import Anchors
from train.backend import load_keras
from train.networks.compact import CLASSIFIER_BLOCKS, MOBILENET_BLOCKS
from train.networks.depthwise import FEATURES, norm_relu6, trunk

CHANNELS = 48
"""Channels of each pyramid map."""

PRIOR = 0.01
"""Initial objectness of every anchor (Lin et al., Focal loss, 2017, §4.1)."""


@dataclass(frozen=True, slots=True)
class Trunk:
    """A classifier's backbone, and the layers that feed the pyramid.

    Attributes:
        width: Filters of its stem.
        blocks: Filters and stride of each block.
        taps: Numbers of the last blocks at strides 4, 8 and 16.
    """

    width: int
    blocks: tuple[tuple[int, int], ...]
    taps: tuple[int, int, int]


TRUNKS = {
    "compact": Trunk(16, CLASSIFIER_BLOCKS, (2, 4, 7)),
    "mobilenet": Trunk(32, MOBILENET_BLOCKS, (3, 5, 11)),
}
"""By the name of the network with the same layers."""


def build_pyramid(
    anchors: Anchors, *, trunk: str = "compact", window: tuple[int, int] | None = None
) -> Any:
    """An untrained ``keras.Model`` from a window to features and proposals.

    Input: float32 [n, h, w, 1] from 0 to 1, h and w multiples of 16. Output: nine maps, three of
    each kind, at strides 4, 8 and 16: features [n, h/s, w/s, 48] from 0 to 6, objectness logits
    [.., k] and box deltas [.., 4k], with k anchor shapes at that level.

    Args:
        anchors: Anchor shapes of each level.
        trunk: A key of ``TRUNKS``.
        window: Width and height; None: variable, for training.

    Raises:
        TrainingError: The trunk is unknown, or outputs could not be told apart by their channels.
    """
    if trunk not in TRUNKS:
        raise TrainingError(f"there is no trunk {trunk!r}", f"Choose one of: {', '.join(TRUNKS)}")
    if CHANNELS in {n for k in anchors.per_level for n in (k, 4 * k)}:
        raise TrainingError(
            f"{CHANNELS} objectness or delta channels cannot be told from features",
            "Choose another number of anchor shapes per level",
        )
    width, height = window or (None, None)
    inputs, taps = _tapped(TRUNKS[trunk], (height, width, 1))
    features = _merged(taps)
    objectness, deltas = _proposals(features, anchors.per_level)
    return load_keras().Model(inputs, [*features, *objectness, *deltas], name="pyramid")


def _tapped(made: Trunk, shape: tuple[int | None, int | None, int]) -> tuple[Any, list[Any]]:
    inputs, last = trunk(shape, made.width, made.blocks)
    whole = load_keras().Model(inputs, last)
    names = [f"conv_pw_{number}_relu" for number in made.taps[:-1]] + [FEATURES]
    return inputs, [whole.get_layer(name).output for name in names]


def _merged(taps: Sequence[Any]) -> list[Any]:
    """Lateral 1×1, plus the upsampled coarser map, then a 3×3 (Lin et al. 2017, figure 3)."""
    layers = load_keras().layers
    merged: list[Any] = []
    for level in reversed(range(len(taps))):
        name = f"lateral_{level}"
        x = layers.Conv2D(CHANNELS, 1, use_bias=False, name=name)(taps[level])
        x = layers.BatchNormalization(momentum=0.97, name=f"{name}_bn")(x)
        if merged:
            coarser = layers.UpSampling2D(2, interpolation="bilinear", name=f"up_{level}")(
                merged[0]
            )
            x = layers.Add(name=f"merged_{level}")([x, coarser])
        merged.insert(0, x)
    return [_separable(x, f"smooth_{level}") for level, x in enumerate(merged)]


def _separable(x: Any, name: str) -> Any:
    layers = load_keras().layers
    x = layers.DepthwiseConv2D(3, padding="same", use_bias=False, name=f"{name}_dw")(x)
    x = norm_relu6(x, f"{name}_dw")
    x = layers.Conv2D(CHANNELS, 1, use_bias=False, name=f"{name}_pw")(x)
    return norm_relu6(x, f"{name}_pw")


def _proposals(features: Sequence[Any], shapes: Sequence[int]) -> tuple[list[Any], list[Any]]:
    """Objectness logits and box deltas: the RPN of Ren et al., Faster R-CNN, NeurIPS 2015, §3.1.

    The levels share the 3×3 convolution. Each has its own norms, because statistics differ between
    levels, and its own 1×1 layers, because anchor shapes differ.
    """
    layers = load_keras().layers
    initializers = load_keras().initializers
    depthwise = layers.DepthwiseConv2D(3, padding="same", use_bias=False, name="rpn_dw")
    pointwise = layers.Conv2D(CHANNELS, 1, use_bias=False, name="rpn_pw")
    prior = initializers.Constant(-math.log((1 - PRIOR) / PRIOR))
    small = initializers.RandomNormal(stddev=0.01)
    objectness, deltas = [], []
    for level, (x, k) in enumerate(zip(features, shapes, strict=True)):
        shared = norm_relu6(depthwise(x), f"rpn_dw_{level}")
        shared = norm_relu6(pointwise(shared), f"rpn_pw_{level}")
        objectness.append(
            layers.Conv2D(
                k, 1, kernel_initializer=small, bias_initializer=prior, name=f"objectness_{level}"
            )(shared)
        )
        deltas.append(
            layers.Conv2D(4 * k, 1, kernel_initializer=small, name=f"deltas_{level}")(shared)
        )
    return objectness, deltas
