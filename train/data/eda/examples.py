"""Examples of each class with masks and boxes drawn."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from train.data.drawn import Picture, draw_truth, enlarged, jpeg
from train.data.eda.palette import bgr, class_colours, class_labels
from train.data.sample import UNLABELLED, DataSet, Sample

PAGE_WIDTH = 1600
"""Columns in pixels of a sheet of examples."""

LEAST_WIDTH = 260
"""Columns in pixels that a caption needs, where the image is narrower."""

GAP, CAPTION = 8, 22
_LIGHT, _DARK = 255, 40


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
        sheets.append(jpeg(_sheet(cells)))
    return sheets


def _cell(
    sample: Sample, classes: Sequence[str], colours: Sequence[tuple[int, int, int]]
) -> Picture:
    """One image with its instances, and a caption above it."""
    whole = (0, 0, sample.width, sample.height)
    picture = enlarged(sample.read(), whole)
    draw_truth(picture, sample, colours)
    room = max(0, LEAST_WIDTH - picture.shape[1])
    picture = np.pad(picture, ((0, 0), (0, room), (0, 0)), constant_values=_LIGHT)
    caption = np.full((CAPTION, picture.shape[1], 3), _LIGHT, np.uint8)
    labels = class_labels(classes)
    shows = ", ".join(labels[i] for i in sorted(sample.class_indices)) or "clean"
    _write(caption, f"{sample.name}: {shows}")
    return np.vstack([caption, picture])


def _sheet(cells: Sequence[Picture]) -> Picture:
    """Cells side by side as far as they fit, rows below one another."""
    rows: list[list[Picture]] = [[]]
    for cell in cells:
        used = sum(c.shape[1] + GAP for c in rows[-1])
        if rows[-1] and used + cell.shape[1] > PAGE_WIDTH:
            rows.append([])
        rows[-1].append(cell)
    heights = [max(c.shape[0] for c in row) for row in rows]
    width = max(sum(c.shape[1] + GAP for c in row) - GAP for row in rows)
    sheet = np.full((sum(heights) + GAP * len(rows), width, 3), _LIGHT, np.uint8)
    top = 0
    for row, height in zip(rows, heights, strict=True):
        left = 0
        for cell in row:
            sheet[top : top + cell.shape[0], left : left + cell.shape[1]] = cell
            left += cell.shape[1] + GAP
        top += height + GAP
    return sheet


def _write(picture: Picture, text: str) -> None:
    where, font = (2, CAPTION - 7), cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(picture, text, where, font, 0.45, (_DARK,) * 3, 1, cv2.LINE_AA)
