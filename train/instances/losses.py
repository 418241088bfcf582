"""Losses of proposals, boxes and masks; a loss without any contribution is 0, not NaN."""

from __future__ import annotations

from typing import Any

from train.backend import load_keras


def rpn_losses(objectness: Any, deltas: Any, labels: Any, targets: Any) -> tuple[Any, Any]:
    """Objectness and delta losses of the RPN (Ren et al. 2015, equation 1).

    Both are sums over the sampled anchors, divided by their number. With that number as N_reg and
    deltas in units of ``DELTA_STD``, λ is 1.

    Args:
        objectness: Logits [b, a].
        deltas: Predicted deltas [b, a, 4].
        labels: [b, a]: 1 positive, 0 negative, −1 ignored.
        targets: Target deltas [b, a, 4].
    """
    ops = load_keras().ops
    sampled = ops.cast(labels >= 0, "float32")
    positive = ops.cast(labels > 0, "float32")
    count = ops.maximum(ops.sum(sampled), 1.0)
    entropy = ops.softplus(objectness) - objectness * positive
    moved = ops.sum(smooth_l1(deltas - targets), axis=-1)
    return ops.sum(entropy * sampled) / count, ops.sum(moved * positive) / count


def head_losses(outputs: Any, classes: Any, targets: Any, weights: Any) -> tuple[Any, Any]:
    """Class and delta losses of the box head (Girshick, Fast R-CNN, ICCV 2015, equation 1).

    Args:
        outputs: [.., classes + 1 + 4], logits, then deltas.
        classes: True class of each box, 0 for background, [..].
        targets: Target deltas [.., 4].
        weights: 1 for boxes, 0 for padding, [..].
    """
    ops = load_keras().ops
    logits, deltas = outputs[..., :-4], outputs[..., -4:]
    count = ops.maximum(ops.sum(weights), 1.0)
    truth = ops.one_hot(classes, logits.shape[-1], dtype="float32")
    entropy = ops.logsumexp(logits, axis=-1) - ops.sum(logits * truth, axis=-1)
    positive = weights * ops.cast(classes > 0, "float32")
    moved = ops.sum(smooth_l1(deltas - targets), axis=-1)
    return ops.sum(entropy * weights) / count, ops.sum(moved * positive) / count


def mask_loss(logits: Any, truth: Any, classes: Any, weights: Any) -> Any:
    """Binary cross-entropy of the true class's mask, mean over positives (He et al. 2017, §3).

    Args:
        logits: [n, 28, 28, classes].
        truth: [n, 28, 28], 0 or 1.
        classes: True class from 1, [n]; 0 where ``weights`` is 0.
        weights: 1 for positives whose instance has a mask, [n].
    """
    ops = load_keras().ops
    own = ops.one_hot(classes - 1, logits.shape[-1], dtype="float32")
    own = ops.sum(logits * own[:, None, None], axis=-1)
    entropy = ops.mean(ops.softplus(own) - own * truth, axis=(1, 2))
    return ops.sum(entropy * weights) / ops.maximum(ops.sum(weights), 1.0)


def smooth_l1(error: Any) -> Any:
    """Smooth L1: ½e² below 1 and |e| − ½ above (Girshick 2015, equation 3)."""
    ops = load_keras().ops
    size = ops.abs(error)
    return ops.where(size < 1.0, 0.5 * error * error, size - 0.5)
