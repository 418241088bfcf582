"""Examples of each class with masks and boxes drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from train.data.drawn import Picture, draw_truth, enlarged, jpeg
from train.data.eda.palette import bgr, class_colours, class_labels
from train.data.sample import UNLABELLED, DataSet, Sample
from train.data.sheet import captioned, sheet


def draw_examples(data: DataSet, each: int, seed: int) -> list[bytes]:
    """A JPEG sheet for clean and for each class, of ``each`` images chosen with ``seed``.

    Masks are outlined and lightly filled in the class's colour, boxes drawn without a mask.

    Raises:
        ImageError: An image cannot be read.
    """
    rng = np.random.default_rng(seed)
    labelled = [sample for sample in data.samples if sample.split != UNLABELLED]
    colours = [bgr(colour) for colour in class_colours(len(data.classes))]
    sheets = []
    for index in (None, *range(len(data.classes))):
        showing = [
            s for s in labelled if (index in s.class_indices if s.instances else index is None)
        ]
        if not showing or not each:
            continue
        chosen = rng.choice(len(showing), size=min(each, len(showing)), replace=False)
        cells = [_cell(showing[i], data.classes, colours) for i in sorted(chosen)]
        sheets.append(jpeg(sheet(cells)))
    return sheets


def _cell(
    sample: Sample, classes: Sequence[str], colours: Sequence[tuple[int, int, int]]
) -> Picture:
    """One image with its instances, and a caption above it."""
    whole = (0, 0, sample.width, sample.height)
    picture = enlarged(sample.read(), whole)
    draw_truth(picture, sample, colours)
    labels = class_labels(classes)
    shows = ", ".join(labels[i] for i in sorted(sample.class_indices)) or "clean"
    return captioned(picture, f"{sample.name}: {shows}")
