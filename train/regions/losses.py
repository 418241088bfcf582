"""What training makes small, with the draw's bias taken out."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from train.backend import load_keras
from train.regions.task import Task


def make_loss(
    task: Task, *, label_smoothing: float, shift: NDArray[np.float32], focal: float = 0.0
) -> Any:
    """Cross-entropy of targets [n, outputs] and logits [n, outputs], as Keras calls a loss.

    Args:
        task: Softmax or sigmoid.
        label_smoothing: Share of a label that is spread over the outputs.
        shift: Added to the logits, [outputs]: see ``prior_shift``.
        focal: Exponent of focal loss (Lin et al., Focal loss for dense object detection, ICCV
            2017), without its class weight: classes are balanced by drawing. 0 is cross-entropy.
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
    """What balanced drawing adds to the logits, [outputs], zero where it changes no share.

    Rare classes are drawn more often than they come, which would leave a network that expects
    them too often. Training on logits plus log(drawn share / true share) gives that bias to the
    loss, and the logits alone stay right for strip as it comes (Menon et al., Long-tail learning
    via logit adjustment, ICLR 2021, with the shift turned round).

    Args:
        task: Its activation decides between log shares and log odds.
        targets: Wanted outputs of all items, [n, outputs].
        groups: The group of each, [n].
        shares: Share of the draws that each group gets.
    """
    counts = np.bincount(groups, minlength=len(shares))
    weights = (shares / np.maximum(counts, 1))[groups]
    tiny = 0.5 / len(targets)
    drawn = np.clip(weights @ targets, tiny, 1 - tiny)
    true = np.clip(targets.mean(axis=0), tiny, 1 - tiny)
    if task.activation == "sigmoid":
        drawn, true = drawn / (1 - drawn), true / (1 - true)
    return np.log(drawn / true).astype(np.float32)
