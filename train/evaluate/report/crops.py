"""Pictures of mistakes: the item as the networks see it, and with its labels."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from edge.core.geometry import Box
from edge.vision.cascade import Cascade
from train.data.drawn import Picture, draw_truth, enlarged, jpeg
from train.data.eda.palette import bgr, class_colours
from train.data.tiles import Tile

LEAST_WIDTH = 400
"""Items narrower than this, in pixels, are enlarged by a whole factor."""


class Crop(NamedTuple):
    """Pictures of one item.

    Attributes:
        plain: JPEG of its pixels; None if no label covers any in ``marked``.
        marked: JPEG with labels, and with the highest-scoring region if there are several.
        wide: Whether it needs the page's full width.
    """

    plain: bytes | None
    marked: bytes
    wide: bool


def draw_item(item: Tile, cascade: Cascade, classes: int) -> Crop:
    """Draw one item.

    Raises:
        ImageError: Its image cannot be read.
    """
    grey = item.sample.read()
    scale = max(1, LEAST_WIDTH // item.box[2])
    plain = enlarged(grey, item.box, scale)
    marked = plain.copy()
    colours = [bgr(colour) for colour in class_colours(classes)]
    labelled = draw_truth(marked, item.sample, colours, box=item.box, scale=scale)
    x, y, width, height = item.box
    judged = cascade.networks.judge(np.ascontiguousarray(grey[y : y + height, x : x + width]))
    if len(judged.boxes) > 1:
        _mark_region(marked, judged.boxes[int(judged.decision.argmax())], scale)
    return Crop(jpeg(plain) if labelled else None, jpeg(marked), width > 2 * LEAST_WIDTH)


def _mark_region(picture: Picture, region: Box, scale: int) -> None:
    """Draw a white box between black ones, visible on any strip."""
    x, y, width, height = (scale * side for side in region)
    for thickness, ink in ((7, (0, 0, 0)), (3, (255, 255, 255))):
        corner, end = (x + 4, y + 4), (x + width - 5, y + height - 5)
        cv2.rectangle(picture, corner, end, ink, thickness)
