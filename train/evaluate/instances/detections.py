"""Detection of defects at the operating rules: recall, precision and false alarms.

There are two criteria for a prediction to match a label of its class. ``IOU50``: their boxes have
IoU of at least 0.5; each matches at most once, highest score first. ``TOUCHING``: they share a
pixel of their masks, or of their boxes if one has no mask; several may match the same label, so a
scratch predicted in three pieces is found and no piece is a false alarm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from edge.vision.instances.found_instance import FoundInstance
from train.evaluate.instances.regions import coco_rle, found_box, found_runs
from train.evaluate.instances.truth import LabelledFrame, Truth, classes_present
from train.evaluate.metrics import share, share_interval

IOU50, TOUCHING = "iou50", "touching"
CRITERIA = (IOU50, TOUCHING)


@dataclass(frozen=True, slots=True)
class Detections:
    """Labels and predictions, each with frame and class.

    Attributes:
        groups: Group of each frame, [frames].
        clean: Frames without labels, [frames] bool.
        truth_frames: Frame of each label, [labels].
        truth_classes: Class of each label, [labels].
        hit: Labels that are found, [labels] bool.
        found_frames: Frame of each prediction, [found].
        found_classes: Class of each prediction, [found].
        false: Predictions that match no label of their class, [found] bool.
    """

    groups: NDArray[np.str_]
    clean: NDArray[np.bool_]
    truth_frames: NDArray[np.intp]
    truth_classes: NDArray[np.intp]
    hit: NDArray[np.bool_]
    found_frames: NDArray[np.intp]
    found_classes: NDArray[np.intp]
    false: NDArray[np.bool_]

    def figures(self) -> dict[str, Any]:
        """Recall, precision and false alarms; null if there is no label, prediction or frame."""
        on_clean = self.clean[self.found_frames] & self.false
        return {
            "recall": share(self.hit),
            "recall_interval": share_interval(self.groups[self.truth_frames], self.hit),
            "precision": share(~self.false),
            "false_alarms_per_frame": _ratio(self.false.sum(), len(self.clean)),
            "false_alarms_per_clean_frame": _ratio(on_clean.sum(), self.clean.sum()),
        }

    def class_figures(self, class_index: int) -> dict[str, float | None]:
        """Recall, and false alarms per frame, of one class."""
        false = self.false[self.found_classes == class_index]
        return {
            "recall": share(self.hit[self.truth_classes == class_index]),
            "false_alarms_per_frame": _ratio(false.sum(), len(self.clean)),
        }


def detect(
    found: Sequence[Sequence[FoundInstance]], frames: Sequence[LabelledFrame], criterion: str
) -> Detections:
    """Match predictions at the operating rules with labels; ignored labels do not count.

    Args:
        found: Predictions on each frame; a class that the labels lack is always a false alarm.
        frames: The frames, in the same order.
        criterion: One of ``CRITERIA``.
    """
    truths: list[tuple[int, int, bool]] = []
    alarms: list[tuple[int, int, bool]] = []
    for place, (some, frame) in enumerate(zip(found, frames, strict=True)):
        for index in classes_present(some, frame):
            mine = [f for f in some if f.class_index == index]
            labels = [t for t in frame.truths if t.class_index == index]
            if criterion == TOUCHING:
                hit, false = touching(mine, labels, frame)
            else:
                hit, false = overlapping(mine, labels)
            truths += [
                (place, index, was_hit)
                for label, was_hit in zip(labels, hit, strict=True)
                if not label.ignored
            ]
            alarms += [(place, index, is_false) for is_false in false]
    return Detections(
        np.array([frame.group for frame in frames], np.str_),
        np.array([not frame.truths for frame in frames], np.bool_),
        *_columns(truths),
        *_columns(alarms),
    )


def overlapping(
    found: Sequence[FoundInstance], truths: Sequence[Truth]
) -> tuple[list[bool], list[bool]]:
    """Found labels and false predictions of one class, by IoU of boxes."""
    hit, false = [False] * len(truths), [True] * len(found)
    if not (found and truths):
        return hit, false
    ious = _box_ious(found, truths)
    for row in sorted(range(len(found)), key=lambda i: -found[i].score):
        enough = [
            i
            for i, truth in enumerate(truths)
            if ious[row, i] >= 0.5 and (truth.ignored or not hit[i])
        ]
        if enough:
            best = max(enough, key=lambda i: (not truths[i].ignored, ious[row, i]))
            hit[best], false[row] = True, False
    return hit, false


def touching(
    found: Sequence[FoundInstance], truths: Sequence[Truth], frame: LabelledFrame
) -> tuple[list[bool], list[bool]]:
    """Found labels and false predictions of one class, by touching."""
    if not (found and truths):
        return [False] * len(truths), [True] * len(found)
    touch = _box_ious(found, truths) > 0
    masked = np.ix_(
        [i for i, f in enumerate(found) if f.mask is not None],
        [i for i, t in enumerate(truths) if t.runs is not None],
    )
    if touch[masked].size:
        size = frame.height, frame.width
        drawn = [coco_rle(found_runs(f, size[0]), *size) for f in found if f.mask is not None]
        labelled = [coco_rle(t.runs, *size) for t in truths if t.runs is not None]
        touch[masked] = coco_mask.iou(drawn, labelled, [0] * len(labelled)) > 0
    return [bool(column.any()) for column in touch.T], [not row.any() for row in touch]


def _box_ious(found: Sequence[FoundInstance], truths: Sequence[Truth]) -> NDArray[np.float64]:
    """IoU of predicted and labelled boxes, [found, labels]; for an ignored label, the share of the
    predicted box inside it."""
    boxes = np.array([found_box(f) for f in found], np.float64)
    labels = np.array([t.box for t in truths], np.float64)
    ious: NDArray[np.float64] = coco_mask.iou(boxes, labels, [int(t.ignored) for t in truths])
    return ious


def _columns(
    rows: Sequence[tuple[int, int, bool]],
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
    table = np.array(rows, np.intp).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2] > 0


def _ratio(count: int, of: int) -> float | None:
    return float(count / of) if of else None
