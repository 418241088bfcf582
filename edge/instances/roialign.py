"""The features of a box on a grid of fixed size, read between the cells of the maps.

ROIAlign of He et al., Mask R-CNN (ICCV 2017), section 3, with one sample a bin: at a grid of 14×14
the samples are those of a 7×7 grid with four a bin, the paper's own. Only what is read leaves the
engine's integers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge.engines.tensor import Quantized
from edge.instances.anchors import STRIDES
from edge.instances.boxes import Boxes

_COARSER_FROM = (112.0, 224.0)
"""Square root of a box's area in pixels from which on the next level is its own."""


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
        levels: Maps [rows, columns, channels], finest first. Pixel p lies at p / stride − 0.5 of a
            map; beyond the outermost cells a map goes on as they are.
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

    Decoding is affine and the four weights of a sample add up to one, so that it can come last.
    """
    rows, columns, channels = level.shape
    (left, across), (top, along) = (
        _between(boxes[:, axis], boxes[:, axis + 2], length, size)
        for axis, length in ((0, columns), (1, rows))
    )
    grid = (len(boxes), size, size)
    cells = top[:, :, np.newaxis, :, np.newaxis] * columns + left[:, np.newaxis, :, np.newaxis]
    shares = along[:, :, np.newaxis, :, np.newaxis] * across[:, np.newaxis, :, np.newaxis]
    corners = level.values.reshape(-1, channels).take(cells.reshape(*grid, 4), axis=0)
    scale, zero = (level.scale, level.zero) if level.scale else (1.0, 0)
    weights = shares.reshape(*grid, 1, 4) * np.float32(scale)
    samples = np.matmul(weights, corners.astype(np.float32)).reshape(*grid, channels)
    samples -= np.float32(zero * scale)
    return np.asarray(samples, dtype=np.float32)


def _between(
    start: NDArray[np.float32], end: NDArray[np.float32], length: int, size: int
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """The two cells beside the centre of each bin, and the share of each, [n, size, 2]."""
    centres = (np.arange(size, dtype=np.float32) + np.float32(0.5)) / np.float32(size)
    places = start[:, np.newaxis] + (end - start)[:, np.newaxis] * centres - np.float32(0.5)
    places = places.clip(0, length - 1)
    before = places.astype(np.intp)
    after = np.minimum(before + 1, length - 1)
    share = places - before.astype(np.float32)
    return np.stack([before, after], axis=-1), np.stack([1 - share, share], axis=-1)
