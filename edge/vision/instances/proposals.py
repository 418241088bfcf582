"""Selects proposals from the maps of the region proposal network.

Source: Ren et al., Faster R-CNN (NeurIPS 2015), section 3. A frame has a hundred thousand anchors.
Quantized scores have the same order as the numbers, so the likely anchors are selected on the
integers, and only those are decoded.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.vision.engines.activations import sigmoid
from edge.vision.engines.quantized import Quantized
from edge.vision.instances.anchors import Anchors
from edge.vision.instances.boxes import (
    Boxes,
    clip,
    decode,
    with_area,
)
from edge.vision.instances.nms import nms


def propose(
    objectness: Sequence[Quantized],
    deltas: Sequence[Quantized],
    anchors: Anchors,
    height: int,
    width: int,
    *,
    limit: int = 64,
    least: float = 0.5,
    before: int = 300,
    iou: float = 0.6,
) -> tuple[Boxes, NDArray[np.float32]]:
    """The most likely boxes of a window, corners [n, 4], and their probabilities [n], descending.

    Args:
        objectness: Logits [rows, columns, k] of each level, finest first.
        deltas: [rows, columns, 4k] of each level, the four of one shape next to each other.
        anchors: Shapes at each cell.
        height: Lines of the window.
        width: Columns of the window.
        limit: Most boxes to return.
        least: Lowest probability of a proposal.
        before: Most boxes that go into non-maximum suppression.
        iou: Highest intersection over union of two proposals.
    """
    indices, logits, moves = [], [], []
    start = 0
    with np.errstate(divide="ignore"):
        floor = float(np.log(np.float32(least) / np.float32(1 - least)))
    for score, delta in zip(objectness, deltas, strict=True):
        flat = score.values.reshape(-1)
        likely = np.flatnonzero(flat >= _step(score, floor))
        indices.append(likely + start)
        logits.append(_picked(score, flat[likely]))
        moves.append(_picked(delta, delta.values.reshape(-1, 4)[likely]))
        start += flat.size
    every = np.concatenate(logits)
    best = np.argpartition(-every, before)[:before] if len(every) > before else slice(None)
    starts = anchors.boxes(height, width)[np.concatenate(indices)[best]]
    boxes = clip(decode(starts, np.concatenate(moves)[best]), height, width)
    valid = np.flatnonzero(with_area(boxes))
    boxes, scores = boxes[valid], sigmoid(every[best][valid])
    kept = nms(boxes, scores, iou, limit)
    return boxes[kept], scores[kept]


def _step(source: Quantized, number: float) -> float:
    """The lowest stored value for numbers of at least ``number``; an integer if quantized.

    With scale 0.1 and zero point -128, the number 0.55 is stored as ceil(0.55 / 0.1 - 128) = -122.
    """
    if not source.scale:
        return number
    limits = np.iinfo(source.values.dtype)
    return math.ceil(min(max(number / source.scale + source.zero, limits.min), limits.max + 1))


def _picked(source: Quantized, values: NDArray[Any]) -> NDArray[np.float32]:
    return Quantized(values, source.scale, source.zero).decoded()
