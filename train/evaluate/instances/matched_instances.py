"""Predictions on frames, matched once with their labels for all figures."""

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
from train.evaluate.instances.truth import LabelledFrame, labelled_frames


@dataclass(frozen=True, slots=True)
class MatchedInstances:
    """Predictions and their matches.

    Attributes:
        classes: The data set's classes.
        frames: The labelled frames.
        boxes: Candidates matched by boxes.
        masks: Candidates matched by masks; None if no label or no prediction has a mask.
        rules: Rule of each class; None if only candidates are evaluated.
        settled: Defects by the rules on each frame; None likewise.
        as_run: Defects that ``run`` would outline on each frame, after gate and verdict; None if
            not requested.
    """

    classes: tuple[str, ...]
    frames: Sequence[LabelledFrame]
    boxes: Matched
    masks: Matched | None
    rules: Sequence[ClassRule] | None
    settled: Sequence[Sequence[FoundInstance]] | None
    as_run: Sequence[Sequence[FoundInstance]] | None

    @property
    def groups(self) -> NDArray[np.str_]:
        """Group of each frame, [frames]."""
        return np.array([frame.group for frame in self.frames], np.str_)


def match_instances(
    found: Sequence[Sequence[FoundInstance]],
    items: Sequence[Sample | Tile],
    classes: Sequence[str],
    rules: Sequence[ClassRule] | None = None,
    *,
    as_run: Sequence[Sequence[FoundInstance]] | None = None,
) -> MatchedInstances:
    """Match candidates with labels, and apply the rules.

    Args:
        found: Candidates on each item, before rules and joining
            (``edge.vision.models.instances.InstanceModel.candidates``).
        items: In the same order: whole samples, or tiles, each as a frame of its own.
        classes: The data set's classes; predictions of other classes have higher indices and are
            always false alarms.
        rules: Rule of each class, other classes included; None evaluates only candidates.
        as_run: Defects that ``run`` would outline on each item; None if not requested.
    """
    frames = labelled_frames(items)
    return MatchedInstances(
        tuple(classes),
        frames,
        match(found, frames, len(classes), masks=False),
        match(found, frames, len(classes), masks=True) if _outlined(found, frames) else None,
        rules,
        None if rules is None else [by_rules(some, rules) for some in found],
        as_run,
    )


def _outlined(found: Sequence[Sequence[FoundInstance]], frames: Sequence[LabelledFrame]) -> bool:
    """Whether masks can be compared: some labels and some predictions have masks."""
    labels = [truth.runs is not None for frame in frames for truth in frame.truths]
    masks = [thing.mask is not None for some in found for thing in some]
    return (any(labels) or not labels) and (any(masks) or not masks)
