"""Pixels to network input: the only such code. Training, export and the line all call it.

A frame is cut into *regions* on a grid and each region becomes one uint8 network input, resized
only where the network's input has another size (the study squashed frames to 256×256). The
scaling to 0–1 is the engine's: an int8 network takes the pixel minus 128, a float network the
pixel divided by 255, which is the same number.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.core.frame import Pixels
from edge.core.geometry import Geometry

BLACK = 16
"""A region whose mean grey is below this shows no strip: past the edge a camera gives 0 to 8."""

_SAMPLED = 8
"""Of a region one line and one column in so many say how bright it is."""


def network_input(pixels: Pixels, geometry: Geometry) -> NDArray[np.uint8]:
    """Cut a frame [lines, columns] into network inputs [regions, input height, input width].

    The order is that of ``geometry.boxes``. Bilinear resizing, averaging over areas when shrinking.

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
    """Resize grey pixels into ``out`` [lines, columns]; a copy where the sizes agree."""
    if pixels.shape == out.shape:
        out[...] = pixels
        return
    shrinks = out.shape[0] <= pixels.shape[0] and out.shape[1] <= pixels.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    out[...] = cv2.resize(pixels, out.shape[::-1], interpolation=how)


def past_the_edge(inputs: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which network inputs [regions, lines, columns] of a frame show no strip, [regions].

    Black where other regions are lit is where the camera looks past the strip's edge. Where all are
    black nothing is known of an edge, and it is left to the networks to be alarmed.
    """
    sampled = inputs[:, ::_SAMPLED, ::_SAMPLED]
    black = np.asarray(sampled.mean(axis=(1, 2)) < BLACK, dtype=np.bool_)
    return np.asarray(black & ~black.all(), dtype=np.bool_)


def as_fractions(inputs: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Network inputs [n, height, width] from 0 to 255 as [n, height, width, 1] from 0 to 1."""
    return (inputs.astype(np.float32) / np.float32(255))[..., np.newaxis]
