"""Figures of the binary task: defect or none."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from train.evaluate.blocks import calibration, confusion, with_interval
from train.evaluate.metrics import auroc, auroc_interval, f1
from train.evaluate.scored import Scored

LABELS = ("none", "defect")


def binary(scored: Scored, threshold: float) -> dict[str, Any]:
    """Figures at the decision threshold; the gate is ignored."""
    predicted, truth, groups = called_defective(scored, threshold), scored.defective, scored.groups
    before = scored if scored.untempered is None else scored.untempered
    return {
        **with_interval("accuracy", groups, predicted == truth),
        "auroc": auroc(truth, scored.decision),
        "auroc_interval": auroc_interval(groups, truth, scored.decision),
        **with_interval("recall", groups[truth], predicted[truth]),
        **with_interval("precision", groups[predicted], truth[predicted]),
        "f1": f1(truth, predicted),
        "threshold": threshold,
        "confusion": confusion(LABELS, truth.astype(np.intp), predicted.astype(np.intp)),
        "calibration": calibration((scored.decision, truth), (before.decision, truth)),
        "n": len(truth),
        "n_defective": int(truth.sum()),
        "n_groups": len(np.unique(groups)),
        "n_defective_groups": len(np.unique(groups[truth])),
    }


def called_defective(scored: Scored, threshold: float) -> NDArray[np.bool_]:
    """Items at or above the decision threshold, [n]; the gate is ignored."""
    return scored.decision >= np.float32(threshold)
