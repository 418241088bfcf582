"""Pixels of each class that are labelled, found, and both: what Dice and IoU are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.core.rle import Mask, runs_to_mask
from edge.vision.instances.found_instance import FoundInstance
from train.evaluate.instances.truth import JudgedFrame, classes_seen


class PixelCounts(NamedTuple):
    """Pixels of each frame and class; instances of one class are one area.

    Attributes:
        labelled: By masks, [frames, classes].
        found: By masks, [frames, classes].
        both: At once, [frames, classes].
        judged: Whether every label of the class has a mask there, [frames, classes] bool.
    """

    labelled: NDArray[np.int64]
    found: NDArray[np.int64]
    both: NDArray[np.int64]
    judged: NDArray[np.bool_]


def count_pixels(
    found: Sequence[Sequence[FoundInstance]], frames: Sequence[JudgedFrame], classes: int
) -> PixelCounts:
    """Count the pixels of what was found and of the labels.

    Pixels of ignored labels count neither as labelled nor as found. What was found without a mask
    stands for all of its piece.

    Args:
        found: On each frame, at the operating rules.
        frames: The frames, in the same order.
        classes: How many the labels know; what was found of others is not counted.
    """
    shape = len(frames), classes
    labelled, said, both = (np.zeros(shape, np.int64) for _ in range(3))
    judged = np.ones(shape, np.bool_)
    for row, (some, frame) in enumerate(zip(found, frames, strict=True)):
        for index in classes_seen(some, frame):
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
    """The labels of one class on a frame, [lines, columns] each.

    Attributes:
        wanted: Pixels to be found.
        ignored: Pixels that count nowhere.
    """

    wanted: Mask
    ignored: Mask


def drawn_labels(frame: JudgedFrame, index: int) -> DrawnLabels | None:
    """The labels of one class as masks; None where one of them has none."""
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
