"""A picture sheet of predictions on a few frames, next to their labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from edge.core.frame import Pixels
from edge.vision.instances.found_instance import FoundInstance
from train.data.drawn import Picture, draw_truth, enlarged
from train.data.eda.palette import bgr, class_colours, class_labels
from train.data.sample import Instance, Sample
from train.data.sheet import captioned, sheet
from train.evaluate.instances.regions import found_box, found_runs

_WIDE = 700
"""From this width, in columns, the two pictures of a frame are stacked vertically."""

_NARROW = 400
"""Up to this width, in columns, pictures are enlarged."""


def predictions(
    frames: Sequence[tuple[Sample, Pixels, Sequence[FoundInstance]]], classes: Sequence[str]
) -> bytes:
    """A PNG sheet with labels and predictions of each frame, outlined in class colours."""
    colours = [bgr(colour) for colour in class_colours(len(classes))]
    cells = []
    for sample, pixels, found in frames:
        pair = [
            _cell(sample, pixels, f"{sample.name}: labelled", classes, colours),
            _cell(_as_sample(sample, found), pixels, "found", classes, colours, found),
        ]
        cells.append(_joined(pair))
    return bytes(cv2.imencode(".png", sheet(cells))[1])


def _cell(
    sample: Sample,
    pixels: Pixels,
    title: str,
    classes: Sequence[str],
    colours: Sequence[tuple[int, int, int]],
    found: Sequence[FoundInstance] | None = None,
) -> Picture:
    """One picture of a frame with outlined instances, named in the caption."""
    scale = max(1, (_NARROW - 1) // sample.width)
    picture = enlarged(pixels, (0, 0, sample.width, sample.height), scale)
    draw_truth(picture, sample, colours, scale=scale)
    labels = class_labels(classes)
    if found is None:
        names = [labels[i] for i in sorted(sample.class_indices)]
    else:
        best: dict[int, float] = {}
        for thing in found:
            best[thing.class_index] = max(thing.score, best.get(thing.class_index, 0.0))
        names = [f"{labels[i]} {score:.2f}" for i, score in sorted(best.items())]
    return captioned(picture, f"{title} {', '.join(names) or 'nothing'}")


def _as_sample(sample: Sample, found: Sequence[FoundInstance]) -> Sample:
    """The sample with the predictions in place of its labels."""
    instances = tuple(
        Instance(
            thing.class_index,
            found_box(thing),
            None if thing.mask is None else found_runs(thing, sample.height),
        )
        for thing in found
    )
    return replace(sample, instances=instances)


def _joined(pair: Sequence[Picture]) -> Picture:
    """Both pictures of a frame as one."""
    if pair[0].shape[1] >= _WIDE:
        return np.vstack(pair)
    width = max(picture.shape[1] for picture in pair)
    padded = [
        np.pad(p, ((0, 0), (0, width + 2 - p.shape[1]), (0, 0)), constant_values=255) for p in pair
    ]
    return np.hstack(padded)
