"""Labels of a frame, or the part of them that a tile shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from edge.core.geometry import Box
from edge.core.rle import Runs
from edge.vision.instances.found_instance import FoundInstance
from train.data.runs import bounding_box, clip, column_runs, from_columns
from train.data.sample import Instance, Sample
from train.data.tiles import Tile, shown_in


@dataclass(frozen=True, slots=True)
class Truth:
    """One labelled defect.

    Attributes:
        class_index: Index into the data set's classes, from 0.
        box: x, y, width, height in pixels of the frame.
        runs: Foreground runs of its mask in column order, [n, 2]; None if it is only a box.
        ignored: A miss does not count, nor does a prediction of it, because a tile shows too
            little.
    """

    class_index: int
    box: tuple[float, float, float, float]
    runs: Runs | None
    ignored: bool = False


@dataclass(frozen=True, slots=True)
class LabelledFrame:
    """A frame, or a tile treated as one, with its labels.

    Attributes:
        width: Columns.
        height: Lines.
        group: Group of near-duplicates.
        truths: Its labelled defects; empty if it is clean.
    """

    width: int
    height: int
    group: str
    truths: tuple[Truth, ...]


def labelled_frame(sample: Sample, box: Box | None = None) -> LabelledFrame:
    """A sample, or a part of it, as a frame of its own.

    Labels are cropped to the part. The rule for tiles (``train.data.tiles``) decides which labels
    belong to it; labels that overlap it less are ignored. A label whose mask is empty counts as a
    box.

    Args:
        sample: Image with instances.
        box: x, y, width, height of the part; None: the whole image.
    """
    part = box or (0, 0, sample.width, sample.height)
    truths = (_cut(sample, instance, part) for instance in sample.instances)
    return LabelledFrame(part[2], part[3], sample.group, tuple(t for t in truths if t))


def labelled_frames(items: Sequence[Sample | Tile]) -> list[LabelledFrame]:
    """Each sample whole, and each tile as a frame of its own."""
    return [
        labelled_frame(item) if isinstance(item, Sample) else labelled_frame(item.sample, item.box)
        for item in items
    ]


def classes_present(found: Sequence[FoundInstance], frame: LabelledFrame) -> list[int]:
    """Classes that are predicted or labelled on a frame, in order."""
    found_or_labelled = {f.class_index for f in found} | {t.class_index for t in frame.truths}
    return sorted(found_or_labelled)


def _cut(sample: Sample, instance: Instance, part: Box) -> Truth | None:
    """One label cropped to a part, in the part's pixels; None if it lies outside."""
    if instance.runs is not None and not len(instance.runs):
        instance = replace(instance, runs=None)
    belonging, touched = shown_in(replace(sample, instances=(instance,)), part)
    if not (belonging or touched):
        return None
    left, top, width, height = part
    if instance.runs is None:
        x, y, w, h = instance.box
        x1, x2 = np.clip((x - left, x + w - left), 0, width)
        y1, y2 = np.clip((y - top, y + h - top), 0, height)
        cut = (float(x1), float(y1), float(x2 - x1), float(y2 - y1))
        return Truth(instance.class_index, cut, None, not belonging)
    columns = clip(column_runs(instance.runs, sample.height), part) - np.array([left, top, top])
    runs = from_columns(columns, height)
    return Truth(instance.class_index, bounding_box(columns), runs, not belonging)
