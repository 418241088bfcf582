"""One window of a frame: what goes into the pyramid and what comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.core.errors import EngineError
from edge.core.frame import Pixels
from edge.vision.engines.quantized import Quantized
from edge.vision.instances.anchors import STRIDES, Anchors
from edge.vision.instances.boxes import Boxes
from edge.vision.instances.roialign import roi_align


@dataclass(frozen=True, slots=True, eq=False)
class WindowFeatures:
    """What the pyramid says of one window.

    Attributes:
        corner: x, y of the window in pixels of the frame.
        seen: Columns and lines of the window that lie in the frame.
        features: Maps [rows, columns, channels], finest first.
        proposals: Corners in pixels of the window, [n, 4].
        scores: Probability that each is a defect, [n], falling.
    """

    corner: tuple[int, int]
    seen: tuple[int, int]
    features: Sequence[Quantized]
    proposals: Boxes
    scores: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Maps:
    """A pyramid's outputs, [rows, columns, ..] of each level, finest first."""

    features: Sequence[Quantized]
    objectness: Sequence[Quantized]
    deltas: Sequence[Quantized]


def picture(pixels: Pixels, corner: tuple[int, int], size: tuple[int, int]) -> Pixels:
    """A window's pixels [lines, columns]; past the frame's end its border is repeated.

    Args:
        pixels: Grey frame [lines, columns].
        corner: x, y of the window, within the frame.
        size: Width and height of the window.
    """
    (x, y), (width, height) = corner, size
    seen = pixels[y : y + height, x : x + width]
    below, right = height - seen.shape[0], width - seen.shape[1]
    if not (below or right):
        return np.ascontiguousarray(seen)
    padded = cv2.copyMakeBorder(seen, 0, below, 0, right, cv2.BORDER_REPLICATE)
    return np.asarray(padded, dtype=np.uint8)


def maps_of(outputs: Sequence[Quantized], anchors: Anchors, height: int, width: int) -> Maps:
    """Tell a pyramid's outputs [1, rows, columns, ..] apart by their shapes.

    Raises:
        EngineError: A level lacks its features, its k objectness scores or its 4k deltas.
    """
    levels = []
    for stride, k in zip(STRIDES, anchors.per_level, strict=True):
        cells = (height // stride, width // stride)
        level = {output.shape[3]: output for output in outputs if output.shape[1:3] == cells}
        channels = set(level) - {k, 4 * k}
        if len(level) != 3 or len(channels) != 1:
            raise EngineError(
                f"the pyramid lacks features, {k} scores or {4 * k} deltas on its level of "
                f"{cells[1]}×{cells[0]} cells",
                "Its anchors or its window are those of another model; export it again",
            )
        kinds = (level[channels.pop()], level[k], level[4 * k])
        levels.append([Quantized(kind.values[0], kind.scale, kind.zero) for kind in kinds])
    features, objectness, deltas = zip(*levels, strict=True)
    return Maps(features, objectness, deltas)


def likeliest(views: Sequence[WindowFeatures], limit: int) -> list[WindowFeatures]:
    """The views with the ``limit`` likeliest of all their proposals together.

    Those as likely as the last of them are kept too: which of equals are left out would be chance.
    """
    scores = np.concatenate([view.scores for view in views]) if views else np.empty(0)
    if len(scores) <= limit:
        return list(views)
    least = np.partition(scores, -limit)[-limit]
    counts = [int(np.count_nonzero(view.scores >= least)) for view in views]
    return [
        replace(view, proposals=view.proposals[:count], scores=view.scores[:count])
        for view, count in zip(views, counts, strict=True)
    ]


def features_of(
    views: Sequence[WindowFeatures], boxes: Boxes, of: NDArray[np.intp]
) -> NDArray[np.float32]:
    """``roi_align`` of boxes [n, 4], each in the view that ``of`` [n] names, [n, 14, 14, channels].

    Args:
        views: At least one.
        boxes: Corners in pixels of their windows.
        of: Index of each box's view.
    """
    if len(views) == 1:
        return roi_align(views[0].features, boxes)
    parts = [roi_align(view.features, boxes[of == index]) for index, view in enumerate(views)]
    features = np.empty((len(boxes), *parts[0].shape[1:]), dtype=np.float32)
    for index, part in enumerate(parts):
        features[of == index] = part
    return features
