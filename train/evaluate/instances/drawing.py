"""Drawing of predictions in the style of labels."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from edge.vision.instances.found_instance import FoundInstance
from train.data.drawn import Picture

_UNKNOWN = (200, 200, 200)
"""BGR colour of a class that the labels lack."""


def draw_found(
    picture: Picture,
    found: Sequence[FoundInstance],
    colours: Sequence[tuple[int, int, int]],
    *,
    scale: int = 1,
) -> None:
    """Outline and lightly fill predictions in class colours, in place; without a mask, their boxes.

    Args:
        picture: The frame's pixels, enlarged ``scale`` times.
        found: Predictions on the frame.
        colours: BGR colour of each class.
        scale: Enlargement of the picture.
    """
    for thing in found:
        known = thing.class_index < len(colours)
        colour = colours[thing.class_index] if known else _UNKNOWN
        x, y, width, height = (scale * side for side in thing.piece)
        if thing.mask is None:
            cv2.rectangle(picture, (x, y), (x + width - 1, y + height - 1), colour, 1)
            continue
        part = np.repeat(np.repeat(thing.mask, scale, axis=0), scale, axis=1)
        here = picture[y : y + height, x : x + width]
        here[part] = (0.75 * here[part] + 0.25 * np.array(colour)).astype(np.uint8)
        outlines, _ = cv2.findContours(
            part.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
        )
        cv2.drawContours(picture, outlines, -1, colour, 1, offset=(x, y))
