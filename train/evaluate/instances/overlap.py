"""Semantic-segmentation IoU: over the total area of a class."""

from __future__ import annotations

import numpy as np

from train.evaluate.instances.pixels import PixelCounts


def class_iou(counts: PixelCounts, class_index: int) -> float | None:
    """IoU of a class over the pixels of all frames; None if the class is not labelled."""
    labelled, found, both = (
        int(part[counts.judged[:, class_index], class_index].sum()) for part in counts[:3]
    )
    return both / (labelled + found - both) if labelled else None


def foreground_miou(counts: PixelCounts) -> float | None:
    """Mean of ``class_iou`` over the labelled classes, without background.

    Long, Shelhamer and Darrell, Fully Convolutional Networks (CVPR 2015), section 5.
    """
    each = [class_iou(counts, i) for i in range(counts.judged.shape[1])]
    known = [iou for iou in each if iou is not None]
    return float(np.mean(known)) if known else None
