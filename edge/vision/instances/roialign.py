"""ROIAlign: the features of a box on a grid of fixed size, interpolated between map cells.

Source: He et al., Mask R-CNN (ICCV 2017), section 3. There is one sample per bin: those of a 14×14
grid are the samples of the paper's 7×7 grid with four per bin. Only the samples are decoded from
the engine's integers.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.vision.engines.quantized import Quantized
from edge.vision.instances.anchors import STRIDES
from edge.vision.instances.boxes import Boxes

_COARSER_FROM = (112.0, 224.0)
"""From these values of √(width * height), in pixels, a box is read from the next coarser level."""

_SIGN = np.uint8(0x80)


def level_of(boxes: Boxes) -> NDArray[np.intp]:
    """The pyramid level from which each box is read, [n]; 0 is the finest.

    Equation 1 of Lin et al., Feature Pyramid Networks (CVPR 2017): floor(4 + log2(√(wh) / 224)),
    clamped to levels 2 to 4, whose strides are 4, 8 and 16. A box of 224×56 pixels has
    √(wh) = 112, which gives level 4 - 1 = 3: stride 8, index 1.

        >>> level_of(np.float32([[0, 0, 50, 50], [0, 0, 224, 56], [0, 0, 400, 256]])).tolist()
        [0, 1, 2]
    """
    root = np.sqrt((boxes[:, 2:] - boxes[:, :2]).prod(axis=1))
    return np.asarray(np.searchsorted(_COARSER_FROM, root, side="right"), dtype=np.intp)


def roi_align(levels: Sequence[Quantized], boxes: Boxes, size: int = 14) -> NDArray[np.float32]:
    """Features [n, size, size, channels] of boxes [n, 4] in pixels.

    Args:
        levels: Maps [rows, columns, channels] int8 or float32, finest first. Pixel p lies at
            p / stride − 0.5 of a map; beyond its border the outermost cells are repeated.
        boxes: Finite corners.
        size: Bins of a box in each direction.
    """
    out = np.empty((len(boxes), size, size, levels[0].shape[2]), dtype=np.float32)
    of = level_of(boxes)
    for index, (level, stride) in enumerate(zip(levels, STRIDES, strict=True)):
        chosen = np.flatnonzero(of == index)
        if len(chosen):
            out[chosen] = _read(level, boxes[chosen] / np.float32(stride), size)
    return out


def _read(level: Quantized, boxes: Boxes, size: int) -> NDArray[np.float32]:
    """Bilinear samples [n, size, size, channels] at the bins' centres; boxes in cells.

    OpenCV rounds a sample's place to 1/32 of a cell, and keeps integers as integers.
    """
    centres = (np.arange(size, dtype=np.float32) + np.float32(0.5)) / np.float32(size)
    sides = (boxes[:, 2:] - boxes[:, :2])[:, np.newaxis]
    places = boxes[:, np.newaxis, :2] + sides * centres[:, np.newaxis] - np.float32(0.5)
    x, y = np.empty((2, len(boxes), size, size), dtype=np.float32)
    x[:] = places[:, np.newaxis, :, 0]
    y[:] = places[:, :, np.newaxis, 1]
    values, zero = level.values, level.zero
    if values.dtype == np.int8:  # OpenCV's remap does not support signed bytes.
        values, zero = values.view(np.uint8) ^ _SIGN, zero + int(_SIGN)
    read = cv2.remap(
        values,
        x.reshape(-1, size),
        y.reshape(-1, size),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return Quantized(np.asarray(read).reshape(*x.shape, -1), level.scale, zero).decoded()
