"""From the region proposal network's maps to the few boxes worth a second look.

Ren et al., Faster R-CNN (NeurIPS 2015), section 3. There are a hundred thousand anchors on a frame
and the engine gives integers whose order is that of the numbers: the best of each level are picked
as integers, and only those are decoded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.engines.tensor import Quantized
from edge.instances.anchors import Anchors
from edge.instances.boxes import Boxes, clip, decode, with_area
from edge.instances.nms import Indices, nms
from edge.models.stage import sigmoid


def propose(
    objectness: Sequence[Quantized],
    deltas: Sequence[Quantized],
    anchors: Anchors,
    height: int,
    width: int,
    *,
    limit: int = 48,
    least: float = 0.5,
    before: int = 300,
    iou: float = 0.6,
) -> tuple[Boxes, NDArray[np.float32]]:
    """The likeliest boxes of a window, corners [n, 4], and their probabilities [n], best first.

    Args:
        objectness: Logits [rows, columns, k] of each level, finest first.
        deltas: [rows, columns, 4k] of each level, those of one shape beside one another.
        anchors: Shapes at each cell.
        height: Lines of the window.
        width: Columns of the window.
        limit: Boxes at most.
        least: Probability from which on a box is worth looking at.
        before: How many of the best go into non-maximum suppression.
        iou: Greatest intersection over union of two proposals.
    """
    indices, logits, moves = [], [], []
    start = 0
    for score, delta in zip(objectness, deltas, strict=True):
        flat = score.values.reshape(-1)
        best = _largest(flat, before)
        indices.append(best + start)
        logits.append(_picked(score, flat[best]))
        moves.append(_picked(delta, delta.values.reshape(-1, 4)[best]))
        start += flat.size
    every = np.concatenate(logits)
    best = _largest(every, before)
    starts = anchors.boxes(height, width)[np.concatenate(indices)[best]]
    boxes = clip(decode(starts, np.concatenate(moves)[best]), height, width)
    scores = sigmoid(every[best])
    real = np.flatnonzero(with_area(boxes) & (scores >= least))
    kept = real[nms(boxes[real], scores[real], iou, limit)]
    return boxes[kept], scores[kept]


def _largest(values: NDArray[Any], count: int) -> Indices:
    """Where the ``count`` largest of [n] numbers are, in no order; numbers that are none come last.

    Of bytes, halving finds the least that is in with eight looks: a tenth of a partition's time.
    """
    if len(values) <= count:
        return np.arange(len(values))
    if not np.issubdtype(values.dtype, np.integer):
        return np.argpartition(np.nan_to_num(values, nan=-np.inf), -count)[-count:]
    limits = np.iinfo(values.dtype)
    least, above = int(limits.min), int(limits.max) + 1
    while above - least > 1:
        middle = (least + above) // 2
        if np.count_nonzero(values >= middle) >= count:
            least = middle
        else:
            above = middle
    larger = np.flatnonzero(values > least)
    return np.concatenate([larger, np.flatnonzero(values == least)[: count - len(larger)]])


def _picked(source: Quantized, values: NDArray[Any]) -> NDArray[np.float32]:
    return Quantized(values, source.scale, source.zero).decoded()
