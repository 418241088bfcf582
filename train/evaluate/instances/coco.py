"""COCO average precision, computed by pycocotools.

Lin et al., Microsoft COCO: Common Objects in Context (ECCV 2014), and its evaluation code: 101
recall levels, IoU 0.5 to 0.95 in steps of 0.05, at most 100 instances per class and frame.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from edge.vision.instances.found_instance import FoundInstance
from train.evaluate.instances.regions import coco_rle, found_box, found_runs, rectangle_rle
from train.evaluate.instances.truth import LabelledFrame, Truth

MOST = 100
"""Largest number of instances per class and frame that count: those with the highest scores."""

_HALF, _THREE_QUARTERS = 0, 5
"""Indices of IoU 0.5 and 0.75 in COCO's list."""


@dataclass(frozen=True, slots=True)
class ClassMatches:
    """Predictions of one class matched at IoU 0.5, highest score first.

    Attributes:
        frames: Frame of each prediction, [found].
        right: Whether it matches a label that no higher-scoring prediction matches, [found].
        truths: Number of labels on each frame, [frames].
    """

    frames: NDArray[np.intp]
    right: NDArray[np.bool_]
    truths: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Matched:
    """Predictions matched with labels.

    Attributes:
        precision: By IoU, recall level and class, [10, 101, classes]; −1 for absent classes.
        matches: Matches of each class.
    """

    precision: NDArray[np.float64]
    matches: tuple[ClassMatches, ...]

    def figures(self, class_index: int | None = None) -> dict[str, float | None]:
        """``ap50``, ``ap75`` and ``ap`` of a class, or their mean over the labelled classes."""
        table = self.precision if class_index is None else self.precision[..., class_index]
        return {
            "ap50": _mean(table[_HALF]),
            "ap75": _mean(table[_THREE_QUARTERS]),
            "ap": _mean(table),
        }


def match(
    found: Sequence[Sequence[FoundInstance]],
    frames: Sequence[LabelledFrame],
    classes: int,
    *,
    masks: bool,
) -> Matched:
    """Match predictions with labels.

    With ``masks``, labels that are only boxes are ignored, as are labels marked ignored in both
    modes: they need not be found, and predictions mostly inside them do not count. A prediction
        without a
    mask counts as its full rectangle.

    Args:
        found: Predictions on each frame, with scores from 0 to 1.
        frames: The frames, in the same order.
        classes: Number of labelled classes; predictions of other classes are not counted.
        masks: Compare masks instead of boxes.
    """
    drawn = (_drawn_truth, _drawn_found) if masks else (_boxed_truth, _boxed_found)
    truths = [frame.truths for frame in frames]
    known = [[f for f in some if f.class_index < classes] for some in found]
    with redirect_stdout(io.StringIO()):
        judge = COCOeval(
            _coco(frames, truths, classes, drawn[0]),
            _coco(frames, known, classes, drawn[1]),
            "segm" if masks else "bbox",
        )
        judge.params.areaRng, judge.params.areaRngLbl = [[0, 1e10]], ["all"]
        judge.params.maxDets = [MOST]
        judge.evaluate()
        judge.accumulate()
    # pycocotools stores the frames of each class consecutively.
    rows = [judge.evalImgs[i * len(frames) : (i + 1) * len(frames)] for i in range(classes)]
    return Matched(
        judge.eval["precision"][..., 0, 0], tuple(_class_matches(of_class) for of_class in rows)
    )


def _class_matches(rows: Sequence[dict[str, Any] | None]) -> ClassMatches:
    judged = [(place, row) for place, row in enumerate(rows) if row is not None]
    truths = np.zeros(len(rows), np.intp)
    for place, row in judged:
        truths[place] = np.count_nonzero(np.asarray(row["gtIgnore"]) == 0)
    frames = np.repeat([place for place, _ in judged], [len(row["dtScores"]) for _, row in judged])
    scores = _joined(row["dtScores"] for _, row in judged)
    right = _joined(row["dtMatches"][_HALF] > 0 for _, row in judged)
    ignored = _joined(row["dtIgnore"][_HALF] for _, row in judged)
    # Same order as in pycocotools: equal scores keep the frames' order.
    order = np.argsort(-scores, kind="mergesort")
    order = order[ignored[order] == 0]
    return ClassMatches(frames.astype(np.intp)[order], right[order] > 0, truths)


def _joined(parts: Iterable[Any]) -> NDArray[np.float64]:
    return np.concatenate([np.zeros(0), *(np.asarray(part, np.float64) for part in parts)])


def _coco(
    frames: Sequence[LabelledFrame],
    some: Sequence[Sequence[Any]],
    classes: int,
    draw: Callable[[Any, LabelledFrame], dict[str, Any]],
) -> COCO:
    coco = COCO()
    images = [{"id": i, "width": f.width, "height": f.height} for i, f in enumerate(frames)]
    annotations = [
        {"image_id": i, "category_id": thing.class_index, "iscrowd": 0, **draw(thing, frame)}
        for i, (frame, things) in enumerate(zip(frames, some, strict=True))
        for thing in things
    ]
    # Ids start at 1, because pycocotools takes 0 for unmatched.
    for number, annotation in enumerate(annotations, start=1):
        annotation["id"] = number
    categories = [{"id": i} for i in range(classes)]
    coco.dataset = {"images": images, "annotations": annotations, "categories": categories}
    coco.createIndex()
    return coco


def _boxed_truth(truth: Truth, frame: LabelledFrame) -> dict[str, Any]:
    area = truth.box[2] * truth.box[3]
    return {"bbox": list(truth.box), "area": area, "iscrowd": int(truth.ignored)}


def _drawn_truth(truth: Truth, frame: LabelledFrame) -> dict[str, Any]:
    if truth.runs is None:
        rle = rectangle_rle(truth.box, frame.height, frame.width)
    else:
        rle = coco_rle(truth.runs, frame.height, frame.width)
    ignored = truth.ignored or truth.runs is None
    return {"segmentation": rle, "area": 1, "iscrowd": int(ignored)}


def _boxed_found(found: FoundInstance, frame: LabelledFrame) -> dict[str, Any]:
    box = found_box(found)
    return {"bbox": list(box), "area": box[2] * box[3], "score": float(found.score)}


def _drawn_found(found: FoundInstance, frame: LabelledFrame) -> dict[str, Any]:
    rle = coco_rle(found_runs(found, frame.height), frame.height, frame.width)
    return {"segmentation": rle, "area": found.area_px, "score": float(found.score)}


def _mean(precision: NDArray[np.float64]) -> float | None:
    known = precision[precision > -1]
    return float(known.mean()) if len(known) else None
