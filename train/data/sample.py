"""What every data set becomes inside: samples with instances, of one list of classes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edge.core.errors import ImageError
from edge.core.frame import Pixels
from edge.core.images import read_grey
from edge.core.rle import (
    Mask,
    Runs,
    runs_to_mask,
)
from train.data.orientation import refuse_turned

UNLABELLED = "unlabelled"
"""Split of images that carry no labels, such as Severstal's ``test_images``: never trained on."""


LEAST_SIDE, MOST_SIDE = 32, 8192
"""Pixels: images with a shorter or a longer side than these are not admitted."""


@dataclass(frozen=True, slots=True)
class Instance:
    """One defect of a sample.

    Attributes:
        class_index: Index into the data set's ``classes``, from 0.
        box: x, y, width, height in pixels of the image.
        runs: Foreground runs of the mask in column order, [n, 2] int64; None for a box alone.
    """

    class_index: int
    box: tuple[float, float, float, float]
    runs: Runs | None = None

    def mask(self, height: int, width: int) -> Mask | None:
        """The mask [height, width], bool, or None where only a box was drawn."""
        return None if self.runs is None else runs_to_mask(self.runs, height, width)


@dataclass(frozen=True, slots=True)
class Sample:
    """One image with its instances.

    Attributes:
        path: The image file.
        width: Columns.
        height: Lines.
        instances: Its defects; empty where the strip is clean.
        group: Near-duplicates share one; a group never crosses a split.
        split: ``train``, ``val``, ``holdout``, any other name a file gave, or ``UNLABELLED``.
        place: Path in the data set, with ``/``, where file names alone are not unique; empty where
            it is the file's name.
        ignored: Boxes (x, y, width, height in pixels) of areas that nobody labelled, such as
            COCO's crowds: neither defect nor clean.
    """

    path: Path
    width: int
    height: int
    instances: tuple[Instance, ...]
    group: str
    split: str
    place: str = ""
    ignored: tuple[tuple[float, float, float, float], ...] = ()

    @property
    def name(self) -> str:
        """By which split files and reports know it: one of its own in the data set."""
        return self.place or self.path.name

    @property
    def class_indices(self) -> frozenset[int]:
        """Classes that the image shows, from 0; empty where it is clean."""
        return frozenset(i.class_index for i in self.instances)

    def read(self) -> Pixels:
        """Grey pixels [height, width], uint8.

        Raises:
            ImageError: Unreadable, truncated, of real colour, with an EXIF orientation, or not of
                the size that the labels are for.
        """
        refuse_turned(self.path)
        pixels = read_grey(self.path)
        if pixels.shape != (self.height, self.width):
            raise ImageError(
                f"{self.path} is {pixels.shape[1]}×{pixels.shape[0]}, "
                f"its labels are for {self.width}×{self.height}",
                "Put the image back as it was labelled; masks do not stretch",
            )
        return pixels


@dataclass(frozen=True, slots=True)
class DataSet:
    """Samples of one source.

    Attributes:
        name: What the source is called, for cards and reports.
        root: Its folder.
        classes: Class names; ``Instance.class_index`` points here.
        samples: All of them, in a fixed order.
        source: Where it is from, for the manifest.
        terms: Under which terms it may be used, for the manifest.
        notes: What was noticed while reading that is no fault.
        nuisances: What its annotators took for background, of
            ``train.augment.conditions.NUISANCES``: training may paint it on.
        layout: ``severstal``, ``coco`` or ``class folders``.
    """

    name: str
    root: Path
    classes: tuple[str, ...]
    samples: tuple[Sample, ...]
    source: str = "not stated"
    terms: str = "not stated"
    notes: tuple[str, ...] = field(default=())
    nuisances: tuple[str, ...] = ()
    layout: str = "coco"

    @property
    def provenance(self) -> str:
        """What it is called, where it is from and its terms, in a line."""
        return f"{self.name}: {self.source}; {self.terms}"

    def of(self, split: str) -> tuple[Sample, ...]:
        """Samples of one split, in order."""
        return tuple(s for s in self.samples if s.split == split)


def classes_present(samples: tuple[Sample, ...], count: int) -> NDArray[np.bool_]:
    """Which classes each sample shows, [samples, count] bool."""
    present = np.zeros((len(samples), count), dtype=np.bool_)
    for row, sample in enumerate(samples):
        present[row, list(sample.class_indices)] = True
    return present
