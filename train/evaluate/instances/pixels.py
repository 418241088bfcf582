"""Pixel counts by class, for Dice and IoU: labelled, predicted, and both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.core.rle import Mask, runs_to_mask
from edge.vision.instances.found_instance import FoundInstance
from train.evaluate.instances.truth import LabelledFrame, classes_present


class PixelCounts(NamedTuple):
    """Pixel counts by frame and class; instances of a class are merged into one area.

    Attributes:
        labelled: Pixels in labels' masks, [frames, classes].
        found: Pixels in predicted masks, [frames, classes].
        both: Pixels in both, [frames, classes].
        judged: Whether every label of the class on the frame has a mask, [frames, classes] bool.
    """

    labelled: NDArray[np.int64]
    found: NDArray[np.int64]
    both: NDArray[np.int64]
    judged: NDArray[np.bool_]


def count_pixels(
    found: Sequence[Sequence[FoundInstance]], frames: Sequence[LabelledFrame], classes: int
) -> PixelCounts:
    """Count the pixels of predictions and labels.

    Pixels of ignored labels do not count. A prediction without a mask counts as its full rectangle.

    Args:
        found: Predictions on each frame, at the operating rules.
        frames: The frames, in the same order.
        classes: Number of labelled classes; predictions of other classes are not counted.
    """
    shape = len(frames), classes
    labelled, said, both = (np.zeros(shape, np.int64) for _ in range(3))
    judged = np.ones(shape, np.bool_)
    for row, (some, frame) in enumerate(zip(found, frames, strict=True)):
        for index in classes_present(some, frame):
            if index >= classes:
                continue
            labels = drawn_labels(frame, index)
            if labels is None:
                judged[row, index] = False
                continue
            area = np.zeros((frame.height, frame.width), np.bool_)
            for thing in some:
                if thing.class_index == index:
                    area |= thing.drawn((0, 0, frame.width, frame.height))
            area &= ~labels.ignored
            labelled[row, index] = np.count_nonzero(labels.wanted)
            said[row, index] = np.count_nonzero(area)
            both[row, index] = np.count_nonzero(labels.wanted & area)
    return PixelCounts(labelled, said, both, judged)


class DrawnLabels(NamedTuple):
    """Labels of one class on a frame as masks, [lines, columns] each.

    Attributes:
        wanted: Pixels to be found.
        ignored: Pixels that do not count.
    """

    wanted: Mask
    ignored: Mask


def drawn_labels(frame: LabelledFrame, index: int) -> DrawnLabels | None:
    """The labels of one class as masks; None if a label has no mask."""
    drawn = DrawnLabels(*(np.zeros((frame.height, frame.width), np.bool_) for _ in range(2)))
    for truth in frame.truths:
        if truth.class_index != index:
            continue
        if truth.runs is None:
            return None
        part = drawn.ignored if truth.ignored else drawn.wanted
        part |= runs_to_mask(truth.runs, frame.height, frame.width)
    drawn.wanted[drawn.ignored] = False
    return drawn
