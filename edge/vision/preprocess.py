"""Preprocessing of pixels to network inputs; training, export and the line all use this code.

A frame is cut into *regions* on a grid and each region becomes one uint8 network input, resized
only if the network's input has another size (the study squashed frames to 256×256). The engine
scales pixels to 0–1: an int8 network takes the pixel minus 128, a float network the pixel divided
by 255, which stands for the same number.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.core.frame import Pixels
from edge.core.geometry import Geometry

BLACK = 16
"""A region with a lower mean grey level shows no strip; past the edge, cameras give 0 to 8."""

_SAMPLED = 8
"""One line and one column in so many of a region are used for its mean grey level."""


def network_input(pixels: Pixels, geometry: Geometry) -> NDArray[np.uint8]:
    """Cut a frame [lines, columns] into network inputs [regions, input height, input width].

    The order is that of ``geometry.boxes``. Resizing is bilinear; shrinking averages over areas.

    Raises:
        ImageError: The frame is smaller than one region.
    """
    height, width = pixels.shape
    region_width, region_height = geometry.region or (width, height)
    if (region_width, region_height) == geometry.input:
        rows, columns = divmod(height, region_height), divmod(width, region_width)
        if rows[1] == columns[1] == 0 and rows[0] and columns[0]:
            cut = pixels.reshape(rows[0], region_height, columns[0], region_width)
            return np.array(cut.swapaxes(1, 2), order="C").reshape(-1, region_height, region_width)
    boxes = geometry.boxes(height, width)
    input_width, input_height = geometry.input
    out = np.empty((len(boxes), input_height, input_width), dtype=np.uint8)
    for i, (x, y, w, h) in enumerate(boxes):
        resize(pixels[y : y + h, x : x + w], out[i])
    return out


def resize(pixels: Pixels, out: Pixels) -> None:
    """Resize grey pixels into ``out`` [lines, columns]; copy them if the sizes are equal."""
    if pixels.shape == out.shape:
        out[...] = pixels
        return
    shrinks = out.shape[0] <= pixels.shape[0] and out.shape[1] <= pixels.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    out[...] = cv2.resize(pixels, out.shape[::-1], interpolation=how)


def past_the_edge(inputs: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which network inputs [regions, lines, columns] of a frame show no strip, [regions].

    A region that is black beside lit regions lies past the strip's edge. If all regions are black,
    none is marked: the edge is unknown, and the networks judge the frame.
    """
    sampled = inputs[:, ::_SAMPLED, ::_SAMPLED]
    black = np.asarray(sampled.mean(axis=(1, 2)) < BLACK, dtype=np.bool_)
    return np.asarray(black & ~black.all(), dtype=np.bool_)


def as_fractions(inputs: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Network inputs [n, height, width] uint8 as float32 [n, height, width, 1] from 0 to 1."""
    return (inputs.astype(np.float32) / np.float32(255))[..., np.newaxis]
