"""Mask R-CNN for strip (He et al., Mask R-CNN, ICCV 2017): a pyramid, a box head and a mask head.

The three are separate networks because they are exported separately: boxes are selected between
them, in float on the host.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edge.vision.instances.anchors import Anchors
from train.backend import load_keras
from train.networks.pyramid import CHANNELS, build_pyramid

ROI_SIZE = 14
"""Samples per side of a region of interest after ROIAlign, for both heads."""

MASK_SIZE = 28
"""Cells per side of a mask."""


@dataclass(frozen=True, slots=True)
class MaskRCNN:
    """The three networks; each is a functional ``keras.Model``.

    Attributes:
        pyramid: See ``train.networks.pyramid.build_pyramid``.
        box_head: From [n, 14, 14, 48] to [n, classes + 1 + 4]: logits with background first, then
            class-agnostic box deltas.
        mask_head: From [n, 14, 14, 48] to logits [n, 28, 28, classes]; None without masks.
    """

    pyramid: Any
    box_head: Any
    mask_head: Any | None


def build_mask_rcnn(
    classes: int,
    anchors: Anchors,
    *,
    masks: bool,
    trunk: str = "compact",
    window: tuple[int, int] | None = None,
) -> MaskRCNN:
    """The untrained networks.

    Args:
        classes: Number of defect classes, without background.
        anchors: Anchor shapes of each level.
        masks: Whether there is a mask head.
        trunk: A key of ``train.networks.pyramid.TRUNKS``.
        window: Width and height of the input; None: variable, for training.

    Raises:
        TrainingError: The pyramid cannot be built.
    """
    return MaskRCNN(
        build_pyramid(anchors, trunk=trunk, window=window),
        box_head(classes),
        mask_head(classes) if masks else None,
    )


def box_head(classes: int) -> Any:
    """Two dense layers on 7×7 cells, each the mean of 2×2 samples (He et al. 2017, fig. 4)."""
    keras = load_keras()
    layers = keras.layers
    inputs = keras.Input((ROI_SIZE, ROI_SIZE, CHANNELS), name="box_rois")
    x = layers.Flatten()(layers.AveragePooling2D(2)(inputs))
    for number in (1, 2):
        x = layers.Dense(128, kernel_initializer="he_normal", name=f"box_dense_{number}")(x)
        x = layers.ReLU(max_value=6.0, name=f"box_dense_{number}_relu")(x)
    small = keras.initializers.RandomNormal(stddev=0.01)
    outputs = layers.Dense(classes + 1 + 4, kernel_initializer=small, name="box_outputs")(x)
    return keras.Model(inputs, outputs, name="box_head")


def mask_head(classes: int) -> Any:
    """A small fully convolutional network, one mask per class (He et al. 2017, fig. 4 right).

    It has no batch norm: a training step has few instances, and some of its slots are empty.
    """
    keras = load_keras()
    layers = keras.layers
    inputs = keras.Input((ROI_SIZE, ROI_SIZE, CHANNELS), name="mask_rois")
    x = inputs
    for number in (1, 2, 3):
        name = f"mask_conv_{number}"
        x = layers.DepthwiseConv2D(3, padding="same", use_bias=False, name=f"{name}_dw")(x)
        x = layers.Conv2D(64, 1, kernel_initializer="he_normal", name=f"{name}_pw")(x)
        x = layers.ReLU(max_value=6.0, name=f"{name}_relu")(x)
    x = layers.Conv2DTranspose(64, 2, strides=2, kernel_initializer="he_normal", name="mask_up")(x)
    x = layers.ReLU(max_value=6.0, name="mask_up_relu")(x)
    return keras.Model(inputs, layers.Conv2D(classes, 1, name="mask_logits")(x), name="mask_head")
