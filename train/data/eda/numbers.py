"""The numbers of an exploration: counts, sizes, positions, brightness."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.core.errors import DataError
from train.data.counts import LabelCounts, count_labels, split_names
from train.data.progress import ItemProgress, quiet
from train.data.runs import area, column_runs
from train.data.sample import UNLABELLED, DataSet, Instance, Sample

Floats = NDArray[np.float64]

GRID_LINES, GRID_COLUMNS = 64, 200
"""Cells of the map of positions; images of every size are stretched to it."""

PERCENTILES = (5, 25, 50, 75, 95)
DARK_LEVEL = 20
"""Grey level below which a whole column looks past the strip's edge."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sizes of one class's instances: arrays [n] of pixels; area is the mask's, else the box's."""

    width: Floats
    height: Floats
    area: Floats


@dataclass(frozen=True, slots=True)
class Brightness:
    """Grey levels of one image that was read.

    Attributes:
        mean: Mean grey level.
        spread: Standard deviation.
        dark_columns: Share of columns whose mean is below ``DARK_LEVEL``.
        classes: Classes that the image shows.
        contrast: For each instance: class and its mean grey level less the image's strip's.
    """

    mean: float
    spread: float
    dark_columns: float
    classes: frozenset[int]
    contrast: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Exploration:
    """Everything that the report shows.

    Attributes:
        classes: Class names.
        counts: Counts over all labelled images.
        by_split: The same for each split.
        unlabelled: Images without labels, counted only.
        image_sizes: Images by ``WIDTHxHEIGHT``.
        aspect: Median width over height of the images.
        sizes: Sizes by class.
        per_image: Images by the number of instances of a class in them, by class.
        positions: Share of all images in which a cell shows the class, [classes, lines, columns].
        brightness: One for each image that was read.
    """

    classes: tuple[str, ...]
    counts: LabelCounts
    by_split: dict[str, LabelCounts]
    unlabelled: int
    image_sizes: dict[str, int]
    aspect: float
    sizes: dict[str, Sizes]
    per_image: dict[str, dict[int, int]]
    positions: Floats
    brightness: tuple[Brightness, ...]

    def to_json(self) -> dict[str, Any]:
        """The numbers, distributions as percentiles, without the maps of positions."""
        return {
            "counts": asdict(self.counts),
            "by_split": {name: asdict(counts) for name, counts in self.by_split.items()},
            "unlabelled": self.unlabelled,
            "image_sizes": self.image_sizes,
            "sizes_px": {
                name: {
                    "width": percentiles(sizes.width),
                    "height": percentiles(sizes.height),
                    "area": percentiles(sizes.area),
                }
                for name, sizes in self.sizes.items()
            },
            "instances_per_image": self.per_image,
            "brightness": self._brightness_json(),
        }

    def _brightness_json(self) -> dict[str, Any]:
        means = {"clean": [b.mean for b in self.brightness if not b.classes]}
        contrast: dict[str, list[float]] = {}
        for i, name in enumerate(self.classes):
            means[name] = [b.mean for b in self.brightness if i in b.classes]
            contrast[name] = [c for b in self.brightness for k, c in b.contrast if k == i]
        banded = [b.dark_columns > 0.05 for b in self.brightness]
        return {
            "images_read": len(self.brightness),
            "share_with_black_band": round(float(np.mean(banded)), 4) if banded else None,
            "mean_grey_level": {name: percentiles(values) for name, values in means.items()},
            "spread": percentiles([b.spread for b in self.brightness]),
            "contrast": {name: percentiles(values) for name, values in contrast.items()},
        }


def percentiles(values: Sequence[float] | Floats) -> dict[str, float] | None:
    """The 5th to 95th percentile, or None of nothing."""
    if not len(values):
        return None
    found = np.percentile(np.asarray(values, np.float64), PERCENTILES)
    return {f"p{p}": round(float(v), 2) for p, v in zip(PERCENTILES, found, strict=True)}


def explore(
    data: DataSet, progress: ItemProgress = quiet, *, images: int = 1000, seed: int = 0
) -> Exploration:
    """Count, measure, and read at most ``images`` images for their brightness.

    Raises:
        DataError: No image is labelled.
        ImageError: An image cannot be read.
    """
    labelled = [sample for sample in data.samples if sample.split != UNLABELLED]
    if not labelled:
        raise DataError(f"{data.root} has no labelled images to explore")
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.permutation(len(labelled))[:images])
    to_read = [labelled[i] for i in chosen]
    image_sizes = Counter(f"{sample.width}x{sample.height}" for sample in labelled)
    return Exploration(
        classes=data.classes,
        counts=count_labels(labelled, data.classes),
        by_split={s: count_labels(data.of(s), data.classes) for s in split_names(data)},
        unlabelled=len(data.of(UNLABELLED)),
        image_sizes=dict(image_sizes.most_common()),
        aspect=float(np.median([sample.width / sample.height for sample in labelled])),
        sizes=_sizes(labelled, data.classes),
        per_image=_per_image(labelled, data.classes),
        positions=_positions(labelled, len(data.classes)),
        brightness=tuple(
            brightness(sample) for sample in progress(to_read, "Reading images", len(to_read))
        ),
    )


def _sizes(samples: Sequence[Sample], classes: Sequence[str]) -> dict[str, Sizes]:
    measured: list[list[tuple[float, float, float]]] = [[] for _ in classes]
    for sample in samples:
        for instance in sample.instances:
            width, height = instance.box[2:]
            pixels = width * height if instance.runs is None else area(instance.runs)
            measured[instance.class_index].append((width, height, pixels))
    columns = [np.array(of_class, np.float64).reshape(-1, 3).T for of_class in measured]
    return {name: Sizes(*column) for name, column in zip(classes, columns, strict=True)}


def _per_image(samples: Sequence[Sample], classes: Sequence[str]) -> dict[str, dict[int, int]]:
    numbers: list[Counter[int]] = [Counter() for _ in classes]
    for sample in samples:
        for index, count in Counter(i.class_index for i in sample.instances).items():
            numbers[index][count] += 1
    return {name: dict(sorted(n.items())) for name, n in zip(classes, numbers, strict=True)}


def _positions(samples: Sequence[Sample], classes: int) -> Floats:
    """Share of images in which each cell shows each class, [classes, lines, columns]."""
    seen = np.zeros((classes, GRID_LINES, GRID_COLUMNS))
    for sample in samples:
        for index in sample.class_indices:
            # Marks where runs of cells begin (+1) and end (-1), down each column of cells.
            marks = np.zeros((GRID_LINES + 1, GRID_COLUMNS + 1))
            for instance in sample.instances:
                if instance.class_index == index:
                    _mark(marks, instance, sample)
            seen[index] += np.cumsum(marks, axis=0)[:-1, :-1] > 0
    return seen / max(1, len(samples))


def _mark(marks: Floats, instance: Instance, sample: Sample) -> None:
    if instance.runs is None:
        x, y, width, height = instance.box
        left = int(x * GRID_COLUMNS / sample.width)
        right = max(left + 1, round((x + width) * GRID_COLUMNS / sample.width))
        columns = np.arange(left, min(right, GRID_COLUMNS))
        top, bottom = np.array([y]), np.array([y + height])
    else:
        pieces = column_runs(instance.runs, sample.height)
        first_cell = pieces[:, :1] * GRID_COLUMNS // sample.width
        last_cell = ((pieces[:, :1] + 1) * GRID_COLUMNS - 1) // sample.width
        # A column of a narrow image covers several cells; marking a cell twice does no harm.
        reach = np.arange(-(-GRID_COLUMNS // sample.width) + 1)
        columns = np.minimum(first_cell + reach, last_cell)
        top, bottom = pieces[:, 1:2], pieces[:, 2:]
    first = (top * GRID_LINES // sample.height).astype(np.int64)
    past = np.maximum(first + 1, np.rint(bottom * GRID_LINES / sample.height).astype(np.int64))
    np.add.at(marks, (first, columns), 1)
    np.add.at(marks, (past, columns), -1)


def brightness(sample: Sample) -> Brightness:
    """Read an image and measure its grey levels; contrast is against the lit strip, band left out.

    Raises:
        ImageError: The image cannot be read.
    """
    pixels = sample.read()
    of_columns = pixels.mean(axis=0)
    lit = of_columns >= DARK_LEVEL
    strip = float(of_columns[lit].mean()) if lit.any() else float(of_columns.mean())
    return Brightness(
        mean=float(of_columns.mean()),
        spread=float(pixels.std()),
        dark_columns=float(1 - lit.mean()),
        classes=sample.class_indices,
        contrast=tuple((i.class_index, _mean_inside(pixels, i) - strip) for i in sample.instances),
    )


def _mean_inside(pixels: NDArray[np.uint8], instance: Instance) -> float:
    mask = instance.mask(*pixels.shape)
    if mask is not None:
        return float(pixels[mask].mean())
    x, y, width, height = instance.box
    rows = slice(int(y), max(int(y) + 1, round(y + height)))
    return float(pixels[rows, int(x) : max(int(x) + 1, round(x + width))].mean())
