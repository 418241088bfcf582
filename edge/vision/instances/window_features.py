"""The pyramid's input and output for one window of a frame."""

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
    """The pyramid's features and proposals for one window.

    Attributes:
        corner: x, y of the window in pixels of the frame.
        inside: Numbers of columns and lines of the window that lie in the frame.
        features: Maps [rows, columns, channels], finest first.
        proposals: Corners in pixels of the window, [n, 4].
        scores: Probability that each proposal is a defect, [n], descending.
    """

    corner: tuple[int, int]
    inside: tuple[int, int]
    features: Sequence[Quantized]
    proposals: Boxes
    scores: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Maps:
    """A pyramid's outputs, [rows, columns, ..] for each level, finest first."""

    features: Sequence[Quantized]
    objectness: Sequence[Quantized]
    deltas: Sequence[Quantized]


def picture(pixels: Pixels, corner: tuple[int, int], size: tuple[int, int]) -> Pixels:
    """A window's pixels [lines, columns]; beyond the frame, its border pixels are repeated.

    Args:
        pixels: Grey frame [lines, columns].
        corner: x, y of the window, within the frame.
        size: Width and height of the window.
    """
    (x, y), (width, height) = corner, size
    inside = pixels[y : y + height, x : x + width]
    below, right = height - inside.shape[0], width - inside.shape[1]
    if not (below or right):
        return np.ascontiguousarray(inside)
    padded = cv2.copyMakeBorder(inside, 0, below, 0, right, cv2.BORDER_REPLICATE)
    return np.asarray(padded, dtype=np.uint8)


def maps_of(outputs: Sequence[Quantized], anchors: Anchors, height: int, width: int) -> Maps:
    """Identify a pyramid's outputs [1, rows, columns, ..] by their shapes.

    Raises:
        EngineError: The features, the k objectness scores or the 4k deltas of a level are missing.
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


def best_proposals(windows: Sequence[WindowFeatures], limit: int) -> list[WindowFeatures]:
    """Keep the ``limit`` most likely proposals over all windows together.

    Proposals that tie with the last one are kept too, so that the choice does not depend on order.
    """
    scores = np.concatenate([window.scores for window in windows]) if windows else np.empty(0)
    if len(scores) <= limit:
        return list(windows)
    least = np.partition(scores, -limit)[-limit]
    counts = [int(np.count_nonzero(window.scores >= least)) for window in windows]
    return [
        replace(window, proposals=window.proposals[:count], scores=window.scores[:count])
        for window, count in zip(windows, counts, strict=True)
    ]


def features_of(
    windows: Sequence[WindowFeatures], boxes: Boxes, of: NDArray[np.intp]
) -> NDArray[np.float32]:
    """``roi_align`` of boxes [n, 4], each in its own window, [n, 14, 14, channels].

    Args:
        windows: One or more windows.
        boxes: Corners in pixels of their windows.
        of: Index of each box's window, [n].
    """
    if len(windows) == 1:
        return roi_align(windows[0].features, boxes)
    parts = [roi_align(window.features, boxes[of == index]) for index, window in enumerate(windows)]
    features = np.empty((len(boxes), *parts[0].shape[1:]), dtype=np.float32)
    for index, part in enumerate(parts):
        features[of == index] = part
    return features
