"""Dice (1945), twice, and never mixed: as a competition counts it, and of what there is to find.

On strip that is mostly clean the first is mostly a figure of silence: a model that finds nothing
reaches the share of pairs that are empty. The second asks only where a class is labelled.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from train.evaluate.instances.pixels import PixelCounts


def dice(counts: PixelCounts) -> NDArray[np.float64]:
    """Dice of each frame and class, 2 |A ∩ B| ÷ (|A| + |B|), 1 where both are empty.

    Returns:
        [frames, classes], 0 to 1.
    """
    total = counts.labelled + counts.found
    return np.where(total == 0, 1.0, 2 * counts.both / np.maximum(total, 1))


def competition_dice(counts: PixelCounts, class_index: int | None = None) -> float | None:
    """Mean over pairs of a frame and a class, an empty pair counting 1; None of nothing judged.

    It is the metric of the Severstal competition (Kaggle 2019).
    """
    return _mean(counts, counts.judged, class_index)


def foreground_dice(counts: PixelCounts, class_index: int | None = None) -> float | None:
    """Mean over the pairs whose class is labelled on the frame; None of nothing labelled."""
    return _mean(counts, counts.judged & (counts.labelled > 0), class_index)


def _mean(counts: PixelCounts, chosen: NDArray[np.bool_], class_index: int | None) -> float | None:
    which = slice(None) if class_index is None else class_index
    values = dice(counts)[:, which][chosen[:, which]]
    return float(values.mean()) if len(values) else None
