"""Whether a device outlines on a golden frame what was outlined when the bundle was packed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from edge.bundle.manifest import Manifest
from edge.bundle.manifest_parts import GoldenInstance, Precision
from edge.core.frame import Pixels
from edge.vision.instances.boxes import iou

if TYPE_CHECKING:
    from edge.vision.models.instances import InstanceModel

SAME_BOX: dict[Precision, float] = {
    "float32": 0.9,
    "float16": 0.8,
    "int16x8": 0.8,
    "dynamic": 0.5,
    "int8": 0.5,
    "int8-s8s8": 0.5,
}
"""Intersection over union from which on two boxes are one; a step of int8 moves an edge."""


def golden_instances(
    model: InstanceModel, pixels: Pixels, classes: tuple[str, ...]
) -> tuple[GoldenInstance, ...]:
    """What a model outlines on a frame [lines, columns] that is suspicious everywhere."""
    golden = []
    for found in model.find(pixels):
        x1, y1, x2, y2 = (round(side, 2) for side in found.box)
        name, score = classes[found.class_index], round(found.score, 6)
        golden.append(GoldenInstance(class_name=name, score=score, box=(x1, y1, x2, y2)))
    return tuple(golden)


def instance_floors(manifest: Manifest) -> dict[str, float]:
    """The score from which on each class is reported; empty without an instance stage."""
    stage = manifest.stages.instances
    scores = [rule.score for rule in stage.rules] if stage else []
    return dict(zip(manifest.classes, scores, strict=False))


def instances_differ(
    expected: Sequence[GoldenInstance] | None,
    found: Sequence[GoldenInstance] | None,
    floors: Mapping[str, float],
    precision: Precision,
) -> float:
    """By how much some instance's score must have moved, a fraction.

    That is the difference of its scores, or, where one device has it and the other has none of its
    class and place, how far it lies above the least score that is reported.
    """
    if expected is None or found is None:
        return 0.0 if expected is found else 1.0
    left = list(found)
    moved = [0.0]
    for instance in expected:
        twins = [other for other in left if _same(instance, other, precision)]
        if not twins:
            moved.append(_above(instance, floors))
            continue
        twin = min(twins, key=lambda other: abs(other.score - instance.score))
        left.remove(twin)
        moved.append(abs(twin.score - instance.score))
    return max(moved + [_above(instance, floors) for instance in left])


def _same(one: GoldenInstance, other: GoldenInstance, precision: Precision) -> bool:
    if one.class_name != other.class_name:
        return False
    boxes = (np.array([instance.box], dtype=np.float32) for instance in (one, other))
    return bool(iou(*boxes)[0, 0] >= SAME_BOX[precision])


def _above(instance: GoldenInstance, floors: Mapping[str, float]) -> float:
    return instance.score - floors.get(instance.class_name, 0.0)
