"""What was found on frames, held against their labels once, for all figures that come of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.vision.instances.found_instance import FoundInstance
from edge.vision.instances.rules import ClassRule, by_rules
from train.data.sample import Sample
from train.data.tiles import Tile
from train.evaluate.instances.coco import Matched, match
from train.evaluate.instances.truth import JudgedFrame, judged_frames


@dataclass(frozen=True, slots=True)
class JudgedInstances:
    """What was found, and what of it is right.

    Attributes:
        classes: The data set's classes.
        frames: What was judged.
        boxes: Candidates held against the labels by boxes.
        masks: The same by masks; None where no label has one, or nothing found has.
        rules: Of each class; None where candidates alone are judged.
        settled: The defects that the rules make of the candidates, on each frame; None likewise.
        as_run: The defects that ``run`` would outline on each frame, the gate and the verdict
            hiding others; None where that was not asked.
    """

    classes: tuple[str, ...]
    frames: Sequence[JudgedFrame]
    boxes: Matched
    masks: Matched | None
    rules: Sequence[ClassRule] | None
    settled: Sequence[Sequence[FoundInstance]] | None
    as_run: Sequence[Sequence[FoundInstance]] | None

    @property
    def groups(self) -> NDArray[np.str_]:
        """Group of each frame, [frames]."""
        return np.array([frame.group for frame in self.frames], np.str_)


def judge_instances(
    found: Sequence[Sequence[FoundInstance]],
    items: Sequence[Sample | Tile],
    classes: Sequence[str],
    rules: Sequence[ClassRule] | None = None,
    *,
    as_run: Sequence[Sequence[FoundInstance]] | None = None,
) -> JudgedInstances:
    """Match candidates with labels, and settle what counts as a defect.

    Args:
        found: Candidates on each item, before rules and joining
            (``edge.vision.models.instances.InstanceModel.candidates``).
        items: In the same order: whole samples, or tiles, each a frame of its own.
        classes: The data set's classes; what was found of others, counted from there on, can only
            be a false alarm.
        rules: Of each class, those others included; None judges candidates alone.
        as_run: What ``run`` would outline on each item; None where that was not asked.
    """
    frames = judged_frames(items)
    return JudgedInstances(
        tuple(classes),
        frames,
        match(found, frames, len(classes), masks=False),
        match(found, frames, len(classes), masks=True) if _outlined(found, frames) else None,
        rules,
        None if rules is None else [by_rules(some, rules) for some in found],
        as_run,
    )


def _outlined(found: Sequence[Sequence[FoundInstance]], frames: Sequence[JudgedFrame]) -> bool:
    """Whether masks can be compared: neither the labels nor what was found are boxes alone."""
    labels = [truth.runs is not None for frame in frames for truth in frame.truths]
    masks = [thing.mask is not None for some in found for thing in some]
    return (any(labels) or not labels) and (any(masks) or not masks)
