"""Turns the scores of regions into defects."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge.core.class_map import class_map_in
from edge.core.geometry import Box
from edge.core.inspection import Defect
from edge.core.joining import DefectiveRegion, join_touching
from edge.vision.models.classifier import ClassScores


def region_defects(
    boxes: Sequence[Box],
    decision: NDArray[np.float32],
    scores: ClassScores | None,
    *,
    classes: tuple[str, ...],
    threshold: float,
) -> tuple[Defect, ...]:
    """The defects of a frame: regions at or above the threshold, joined where one class touches.

    Args:
        boxes: The n suspicious regions.
        decision: Their decision scores, [n].
        scores: Their classifier scores; None if no classifier has judged them.
        classes: Names of the defect classes, in the classifier's order.
        threshold: The decision threshold.
    """
    found: dict[str, list[DefectiveRegion]] = {}
    for row in np.flatnonzero(decision >= threshold).tolist():
        if scores is None:
            found.setdefault("", []).append(DefectiveRegion(boxes[row], float(decision[row])))
            continue
        best = int(scores.classes[row].argmax())
        class_map = None
        if scores.maps is not None:
            class_map = class_map_in(boxes[row], scores.maps[row, ..., best])
        region = DefectiveRegion(boxes[row], float(scores.classes[row, best]), class_map)
        found.setdefault(classes[best], []).append(region)
    return tuple(
        defect for name, regions in found.items() for defect in join_touching(name, regions)
    )
