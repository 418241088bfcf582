"""What labels say, drawn on the pixels."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.core.frame import Pixels
from edge.core.geometry import Box
from train.data.sample import Sample

Picture = NDArray[np.uint8]
"""[lines, columns, 3], BGR."""


def enlarged(grey: Pixels, box: Box, scale: int = 1) -> Picture:
    """Part of an image as a picture, each pixel ``scale`` pixels wide and high."""
    x, y, width, height = box
    cut = np.ascontiguousarray(grey[y : y + height, x : x + width])
    cut = np.repeat(np.repeat(cut, scale, axis=0), scale, axis=1)
    return cv2.cvtColor(cut, cv2.COLOR_GRAY2BGR).astype(np.uint8)


def draw_truth(
    picture: Picture,
    sample: Sample,
    colours: Sequence[tuple[int, int, int]],
    *,
    box: Box | None = None,
    scale: int = 1,
) -> bool:
    """Outline and lightly fill a sample's masks in their class's colour, in place; else its boxes.

    Args:
        picture: The sample's pixels within ``box``, enlarged ``scale`` times.
        sample: Whose instances are drawn.
        colours: Of each class, BGR.
        box: Which part of the sample is shown; None: all of it.
        scale: How often the picture was enlarged.

    Returns:
        Whether any instance lies in the part.
    """
    left, top, width, height = box or (0, 0, sample.width, sample.height)
    drawn = False
    for instance in sample.instances:
        colour = colours[instance.class_index]
        mask = instance.mask(sample.height, sample.width)
        if mask is None:
            x, y, w, h = (round(v) for v in instance.box)
            if x + w <= left or x >= left + width or y + h <= top or y >= top + height:
                continue
            corner = ((x - left) * scale, (y - top) * scale)
            end = ((x - left + w) * scale - 1, (y - top + h) * scale - 1)
            cv2.rectangle(picture, corner, end, colour, 1)
        else:
            part = np.ascontiguousarray(mask[top : top + height, left : left + width], np.uint8)
            if not part.any():
                continue
            part = np.repeat(np.repeat(part, scale, axis=0), scale, axis=1)
            inside = part.astype(bool)
            picture[inside] = (0.75 * picture[inside] + 0.25 * np.array(colour)).astype(np.uint8)
            outlines, _ = cv2.findContours(part, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
            cv2.drawContours(picture, outlines, -1, colour, 1)
        drawn = True
    return drawn


def jpeg(picture: Picture) -> bytes:
    """The picture as a JPEG file's bytes."""
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 90])[1])
