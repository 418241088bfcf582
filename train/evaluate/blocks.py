"""Building blocks of the JSON figures that several tasks share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from train.evaluate.calibration import expected_calibration_error, reliability
from train.evaluate.metrics import share, share_interval


def with_interval(name: str, groups: NDArray[np.str_], right: NDArray[np.bool_]) -> dict[str, Any]:
    """Share of right items with its 95 % interval; null without items. All arrays are [n]."""
    return {name: share(right), f"{name}_interval": share_interval(groups, right)}


def confusion(
    labels: Sequence[str], truth: NDArray[np.intp], answers: NDArray[np.intp]
) -> dict[str, Any]:
    """Confusion matrix: rows by truth, columns by answer; both are label indices, [n]."""
    counts = np.zeros((len(labels), len(labels)), np.intp)
    np.add.at(counts, (truth, answers), 1)
    return {"labels": list(labels), "counts": counts.tolist()}


def calibration(
    now: tuple[ArrayLike, ArrayLike], before: tuple[ArrayLike, ArrayLike]
) -> dict[str, Any]:
    """Calibration with the bundle's temperatures and at temperature 1.

    Args:
        now: Confidence of each item and whether it was right, both [n].
        before: The same at temperature 1.
    """
    return {
        "ece": expected_calibration_error(*now),
        "ece_uncalibrated": expected_calibration_error(*before),
        "bins": [part._asdict() for part in reliability(*now)],
        "bins_uncalibrated": [part._asdict() for part in reliability(*before)],
    }
