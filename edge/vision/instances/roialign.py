"""The features of a box on a grid of fixed size, read between the cells of the maps.

ROIAlign of He et al., Mask R-CNN (ICCV 2017), section 3, with one sample a bin: at a grid of 14×14
the samples are those of a 7×7 grid with four a bin, the paper's own. Only what is read leaves the
engine's integers.
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
"""Square root of a box's area in pixels from which on the next level is its own."""

_SIGN = np.uint8(0x80)


def level_of(boxes: Boxes) -> NDArray[np.intp]:
    """Which level each box is read from, [n], 0 the finest.

    Equation 1 of Lin et al., Feature Pyramid Networks (CVPR 2017): floor(4 + log2(√(wh) / 224)),
    held to levels 2 to 4, whose strides are 4 to 16.
    """
    root = np.sqrt((boxes[:, 2:] - boxes[:, :2]).prod(axis=1))
    return np.asarray(np.searchsorted(_COARSER_FROM, root, side="right"), dtype=np.intp)


def roi_align(levels: Sequence[Quantized], boxes: Boxes, size: int = 14) -> NDArray[np.float32]:
    """Features [n, size, size, channels] of boxes [n, 4] in pixels.

    Args:
        levels: Maps [rows, columns, channels] int8 or float32, finest first. Pixel p lies at
            p / stride − 0.5 of a map; beyond the outermost cells a map goes on as they are.
        boxes: Corners, finite.
        size: Bins of a box each way.
    """
    out = np.empty((len(boxes), size, size, levels[0].shape[2]), dtype=np.float32)
    of = level_of(boxes)
    for index, (level, stride) in enumerate(zip(levels, STRIDES, strict=True)):
        chosen = np.flatnonzero(of == index)
        if len(chosen):
            out[chosen] = _read(level, boxes[chosen] / np.float32(stride), size)
    return out


def _read(level: Quantized, boxes: Boxes, size: int) -> NDArray[np.float32]:
    """Bilinear samples [n, size, size, channels] at the bins' centres, boxes in cells.

    OpenCV places a sample to a 32nd of a cell, and leaves integers integers.
    """
    centres = (np.arange(size, dtype=np.float32) + np.float32(0.5)) / np.float32(size)
    sides = (boxes[:, 2:] - boxes[:, :2])[:, np.newaxis]
    places = boxes[:, np.newaxis, :2] + sides * centres[:, np.newaxis] - np.float32(0.5)
    x, y = np.empty((2, len(boxes), size, size), dtype=np.float32)
    x[:] = places[:, np.newaxis, :, 0]
    y[:] = places[:, :, np.newaxis, 1]
    values, zero = level.values, level.zero
    if values.dtype == np.int8:  # OpenCV reads no signed bytes.
        values, zero = values.view(np.uint8) ^ _SIGN, zero + int(_SIGN)
    read = cv2.remap(
        values,
        x.reshape(-1, size),
        y.reshape(-1, size),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return Quantized(np.asarray(read).reshape(*x.shape, -1), level.scale, zero).decoded()
