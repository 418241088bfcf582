"""Two Dice scores (Dice 1945): over all pairs of frame and class, and over labelled pairs only.

On mostly clean strip the first mainly counts empty pairs: a model that finds nothing scores the
share of empty pairs. The second considers only frames on which a class is labelled.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from train.evaluate.instances.pixels import PixelCounts


def dice(counts: PixelCounts) -> NDArray[np.float64]:
    """Dice of each frame and class, 2 |A ∩ B| ÷ (|A| + |B|); 1 if both are empty.

    Returns:
        [frames, classes], 0 to 1.
    """
    total = counts.labelled + counts.found
    return np.where(total == 0, 1.0, 2 * counts.both / np.maximum(total, 1))


def competition_dice(counts: PixelCounts, class_index: int | None = None) -> float | None:
    """Mean over pairs of frame and class, an empty pair counting 1; None without pairs.

    This is the metric of the Severstal competition (Kaggle 2019).
    """
    return _mean(counts, counts.judged, class_index)


def foreground_dice(counts: PixelCounts, class_index: int | None = None) -> float | None:
    """Mean over the pairs in which the class is labelled; None without any."""
    return _mean(counts, counts.judged & (counts.labelled > 0), class_index)


def _mean(counts: PixelCounts, chosen: NDArray[np.bool_], class_index: int | None) -> float | None:
    which = slice(None) if class_index is None else class_index
    values = dice(counts)[:, which][chosen[:, which]]
    return float(values.mean()) if len(values) else None
