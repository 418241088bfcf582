"""Losses of gate and classifier, with prior correction for balanced sampling."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from train.backend import load_keras
from train.regions.task import Task


def make_loss(
    task: Task, *, label_smoothing: float, shift: NDArray[np.float32], focal: float = 0.0
) -> Any:
    """Cross-entropy of targets [n, outputs] and logits [n, outputs], as a Keras loss function.

    Args:
        task: Decides between softmax and sigmoid.
        label_smoothing: Share of a label that is spread over the outputs.
        shift: Prior correction added to the logits, [outputs]; see ``prior_shift``.
        focal: Exponent of the focal loss (Lin et al., Focal loss for dense object detection, ICCV
            2017), without its class weight, because sampling balances classes. 0: cross-entropy.
    """
    keras = load_keras()
    kind = "Binary" if task.activation == "sigmoid" else "Categorical"
    common = {"from_logits": True, "label_smoothing": label_smoothing}
    if focal:
        loss_class = getattr(keras.losses, f"{kind}FocalCrossentropy")
        entropy = loss_class(
            gamma=focal, **common, **({"alpha": 1.0} if kind == "Categorical" else {})
        )
    else:
        entropy = getattr(keras.losses, f"{kind}Crossentropy")(**common)

    def loss(targets: Any, logits: Any) -> Any:
        return entropy(targets, keras.ops.add(logits, shift))

    return loss


def prior_shift(
    task: Task,
    targets: NDArray[np.float32],
    groups: NDArray[np.intp],
    shares: NDArray[np.float64],
) -> NDArray[np.float32]:
    """Prior correction of the logits, [outputs]; zero where sampling changes no class share.

    Balanced sampling draws rare classes more often than they occur, so a network trained on it
    would predict them too often. The loss is taken on logits + log(drawn share / true share), which
    absorbs that bias; the logits alone then match the true class shares (Menon et al., Long-tail
    learning via logit adjustment, ICLR 2021, with the opposite sign).

    Args:
        task: Softmax corrects by log shares, sigmoid by log odds.
        targets: Targets of all items, [n, outputs].
        groups: Group of each item, [n].
        shares: Share of the draws of each group.
    """
    counts = np.bincount(groups, minlength=len(shares))
    weights = (shares / np.maximum(counts, 1))[groups]
    tiny = 0.5 / len(targets)
    drawn = np.clip(weights @ targets, tiny, 1 - tiny)
    true = np.clip(targets.mean(axis=0), tiny, 1 - tiny)
    if task.activation == "sigmoid":
        drawn, true = drawn / (1 - drawn), true / (1 - true)
    return np.log(drawn / true).astype(np.float32)
