"""Training targets of the region proposal network: anchor labels and deltas."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edge.vision.instances.boxes import encode, iou

POSITIVE, NEGATIVE, IGNORED = 1, 0, -1

_POSITIVE_IOU, _NEGATIVE_IOU = 0.6, 0.3


def rpn_targets(
    anchors: NDArray[np.float32],
    boxes: NDArray[np.float32],
    rng: np.random.Generator,
    *,
    sample: int = 128,
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Labels and deltas of one window's anchors (Ren et al. 2015, §3.1.2 and §3.1.3).

    An anchor is positive if its IoU with a box is at least 0.6 or is the highest of that box. It is
    negative below 0.3 and ignored in between. A sample of them is kept, at most half of it
    positive; the rest is ignored.

    Args:
        anchors: Corners in px, [a, 4].
        boxes: Corners in px of the window's instances, [n, 4]; n may be 0.
        rng: Draws the sample.
        sample: Number of anchors in the loss.

    Returns:
        Labels [a], 1, 0 or −1, and deltas [a, 4] in units of ``DELTA_STD``, 0 except for positives.
    """
    labels, matched = match_anchors(anchors, boxes)
    _keep(labels, POSITIVE, sample // 2, rng)
    _keep(labels, NEGATIVE, sample - int((labels == POSITIVE).sum()), rng)
    deltas = np.zeros((len(anchors), 4), np.float32)
    chosen = np.flatnonzero(labels == POSITIVE)
    if len(chosen):
        deltas[chosen] = encode(anchors[chosen], boxes[matched[chosen]])
    return labels, deltas


def match_anchors(
    anchors: NDArray[np.float32], boxes: NDArray[np.float32]
) -> tuple[NDArray[np.int8], NDArray[np.intp]]:
    """Labels [a] before sampling, and the index of each positive anchor's box, [a]."""
    labels = np.full(len(anchors), NEGATIVE, np.int8)
    matched = np.zeros(len(anchors), np.intp)
    if not len(boxes):
        return labels, matched
    overlap = iou(anchors, boxes)
    matched = overlap.argmax(axis=1)
    best = overlap[np.arange(len(anchors)), matched]
    labels[best >= _NEGATIVE_IOU] = IGNORED
    # A box that no anchor fits well would have no positive anchor, so it gets its best ones.
    highest = overlap.max(axis=0)
    rows, columns = np.nonzero(
        (overlap >= highest) & (highest > 0) & (best < _POSITIVE_IOU)[:, None]
    )
    labels[rows], matched[rows] = POSITIVE, columns
    labels[best >= _POSITIVE_IOU] = POSITIVE
    return labels, matched


def _keep(labels: NDArray[np.int8], label: int, limit: int, rng: np.random.Generator) -> None:
    found = np.flatnonzero(labels == label)
    if len(found) > limit:
        labels[rng.choice(found, len(found) - limit, replace=False)] = IGNORED
