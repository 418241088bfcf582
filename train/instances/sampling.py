"""Sampling of boxes for the heads: proposals and true boxes, in static shapes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from train.backend import load_keras
from train.instances import coding
from train.networks.mask_rcnn import MASK_SIZE

_POSITIVE_IOU = 0.5
_JITTERED = 3
"""Jittered copies of each true box that are added to the proposals. While proposals are still poor,
only these copies give the heads boxes to correct."""


@dataclass(frozen=True, slots=True)
class Rois:
    """Boxes for training the heads, positives first.

    Attributes:
        boxes: Corners in px, [b, n, 4].
        weights: 1 for a box, 0 for padding, [b, n].
        classes: Class of each box, from 1; 0 for background, [b, n] int32.
        matched: Index of the instance of each positive, [b, n] int32.
        deltas: Target deltas of positives, [b, n, 4]; 0 for background.
    """

    boxes: Any
    weights: Any
    classes: Any
    matched: Any
    deltas: Any


def propose(
    objectness: Any,
    deltas: Any,
    anchors: Any,
    *,
    width: int,
    height: int,
    before: int = 300,
    iou: float = 0.7,
) -> tuple[Any, Any]:
    """The highest-scoring anchors of each window, decoded, and which of them survive suppression.

    A box is dropped if it overlaps any box with a higher score, even one that is itself dropped.
    This is Fast NMS (Bolya et al., YOLACT, ICCV 2019, §4.2), which needs no loop.

    Args:
        objectness: Logits [b, a].
        deltas: Deltas in units of ``DELTA_STD``, [b, a, 4].
        anchors: Corners in px, [a, 4].
        width: Width of the window in px; boxes are clipped to it.
        height: Height of the window in px.
        before: Number of anchors considered.
        iou: IoU above which the box with the lower score is dropped.

    Returns:
        Corners [b, k, 4] by decreasing objectness, and whether each is kept, [b, k] bool.
    """
    ops = load_keras().ops
    _, best = ops.top_k(objectness, min(before, anchors.shape[0]))
    chosen = ops.take_along_axis(deltas, best[..., None], axis=1)
    boxes = coding.clip(coding.decode(ops.take(anchors, best, axis=0), chosen), width, height)
    large = ops.all(boxes[..., 2:] - boxes[..., :2] >= 1.0, axis=-1)
    rank = ops.arange(boxes.shape[1])
    likelier = (rank[:, None] < rank[None])[None] & large[..., None]
    dropped = ops.any((coding.iou(boxes, boxes) > iou) & likelier, axis=1)
    return boxes, large & ops.logical_not(dropped)


def sample_rois(
    proposals: Any,
    kept: Any,
    boxes: Any,
    classes: Any,
    seed: Any,
    *,
    count: int = 48,
    positives: int = 16,
) -> Rois:
    """Sample the boxes for the heads (Girshick, Fast R-CNN, ICCV 2015, §2.3).

    A proposal is positive if its IoU with a true box is at least 0.5. True boxes, and copies of
    them jittered by one unit of ``DELTA_STD``, are added to the proposals.

    Args:
        proposals: Corners in px, [b, k, 4].
        kept: Whether each proposal is valid, [b, k] bool.
        boxes: True boxes, [b, g, 4], padded with zeros.
        classes: Their classes from 1, [b, g] int32, padded with zeros.
        seed: A ``keras.random.SeedGenerator``.
        count: Boxes per window, at most k.
        positives: Largest number of positives; they come first.
    """
    keras = load_keras()
    ops = keras.ops
    real = classes > 0
    copies = ops.tile(boxes, (1, _JITTERED, 1))
    shaken = coding.decode(copies, keras.random.normal(ops.shape(copies), seed=seed))
    candidates = ops.concatenate([proposals, boxes, shaken], axis=1)
    valid = ops.concatenate([kept, ops.tile(real, (1, _JITTERED + 1))], axis=1)

    overlap = coding.iou(candidates, boxes)
    best, matched = ops.max(overlap, axis=-1), ops.argmax(overlap, axis=-1)
    positive = valid & (best >= _POSITIVE_IOU)
    luck = keras.random.uniform(ops.shape(best), 0.1, 0.9, seed=seed)
    drawn = ops.where(positive, luck, 0.0)
    drawn = ops.where(drawn >= ops.top_k(drawn, positives)[0][..., -1:], drawn, 0.0)
    background = valid & ops.logical_not(positive)
    order = ops.where(drawn > 0, drawn + 2, ops.where(background, luck, 0.0))
    order, index = ops.top_k(order, count)

    chosen = ops.take_along_axis(candidates, index[..., None], axis=1)
    matched = ops.take_along_axis(matched, index, axis=1)
    is_positive = order > 2
    classes = ops.where(is_positive, ops.take_along_axis(classes, matched, axis=1), 0)
    targets = ops.take_along_axis(boxes, matched[..., None], axis=1)
    targets = ops.where(is_positive[..., None], targets, chosen)
    return Rois(
        ops.stop_gradient(chosen),
        ops.cast(order > 0, "float32"),
        ops.cast(classes, "int32"),
        ops.cast(matched, "int32"),
        ops.stop_gradient(coding.encode(chosen, targets)),
    )


def mask_targets(masks: Any, boxes: Any, matched: Any) -> Any:
    """True masks cropped to boxes, [b, n, 28, 28] float32, sampled at the centre of each cell.

    Args:
        masks: Masks of the instances at window resolution, [b, g, h, w] of 0 and 1.
        boxes: Corners in px, [b, n, 4].
        matched: Index of the instance of each box, [b, n] int32.
    """
    ops = load_keras().ops
    count, height, width = masks.shape[1:]
    centres = (ops.arange(MASK_SIZE, dtype="float32") + 0.5) / MASK_SIZE
    x = _pixels(boxes[..., 0], boxes[..., 2], centres, width)
    y = _pixels(boxes[..., 1], boxes[..., 3], centres, height)
    first = ops.arange(ops.shape(masks)[0], dtype="int32")[:, None] * count + matched
    rows = first[..., None] * height + y
    index = rows[..., :, None] * width + x[..., None, :]
    return ops.cast(ops.take(ops.reshape(masks, (-1,)), index), "float32")


def _pixels(low: Any, high: Any, centres: Any, size: int) -> Any:
    ops = load_keras().ops
    at = low[..., None] + centres * (high - low)[..., None]
    return ops.clip(ops.cast(ops.floor(at), "int32"), 0, size - 1)
