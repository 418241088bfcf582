"""Draws the classes, sizes and places of a frame's defects from the real statistics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.simulator.light import Band
from edge.simulator.statistics import (
    BAND_WIDTHS,
    CLASS_STATISTICS,
    FRAMES_WITH_BAND,
    IMAGES_BY_CLASSES,
    LEVELS,
    REAL_HEIGHT,
    REAL_WIDTH,
    ClassStatistics,
)

Rng = np.random.Generator

EDGE_CLASSES = (1, 2)
"""Classes that lie near the strip's edge."""

_GAP = 3
"""Least distance of two objects in pixels, so that they stay separate."""


@dataclass(frozen=True, slots=True)
class PlannedDefect:
    """Class, box (in pixels of the frame) and fill of an object to be drawn."""

    class_id: int
    top: int
    left: int
    height: int
    width: int
    fill: float

    def near(self, other: PlannedDefect) -> bool:
        """Whether two boxes overlap or have less than ``_GAP`` pixels between them."""
        return (
            self.left < other.left + other.width + _GAP
            and other.left < self.left + self.width + _GAP
            and self.top < other.top + other.height + _GAP
            and other.top < self.top + self.height + _GAP
        )


def choose_classes(rng: Rng, defect_rate: float | None) -> tuple[int, ...]:
    """Classes on a frame; with ``defect_rate`` None, clean frames have their real share."""
    combinations = list(IMAGES_BY_CLASSES)
    counts = np.array([IMAGES_BY_CLASSES[c] for c in combinations], dtype=np.float64)
    clean = combinations.index(())
    real_rate = 1.0 - counts[clean] / counts.sum()
    rate = real_rate if defect_rate is None else defect_rate
    picked, any_defect = rng.random(), rng.random() < rate
    counts[clean] = 0.0
    if not any_defect:
        return ()
    return combinations[int(np.searchsorted(np.cumsum(counts) / counts.sum(), picked, "right"))]


def plan_frame(
    rng: Rng, classes: tuple[int, ...], height: int, width: int
) -> tuple[Band, list[PlannedDefect]]:
    """The band and the defects of a frame [height, width] with these classes."""
    near_edge = [c for c in classes if c in EDGE_CLASSES]
    anchor = _column(rng, CLASS_STATISTICS[near_edge[0]], width) if near_edge else None
    band = plan_band(rng, anchor, width)
    return band, plan_defects(rng, classes, band.strip_columns(width), anchor, height, width)


def plan_defects(
    rng: Rng,
    classes: tuple[int, ...],
    strip: tuple[int, int],
    anchor: float | None,
    height: int,
    width: int,
) -> list[PlannedDefect]:
    """The defects of a frame; ``strip`` is the first column of strip and the one after its last.

    Classes near the strip's edge are placed around column ``anchor``; None chooses one of the
    strip's edges.
    """
    if anchor is None:
        inward = 12 + float(rng.gamma(2.0, 45.0)) * width / REAL_WIDTH
        at_left = strip[0] > 0 or (strip[1] == width and rng.random() < 0.5)
        anchor = strip[0] + inward if at_left else strip[1] - inward
    planned: list[PlannedDefect] = []
    for class_id in classes:
        planned += _plan_class(rng, class_id, strip, anchor, height, width, planned)
    return planned


def plan_object(rng: Rng, class_id: int, height: int, width: int) -> PlannedDefect:
    """An object of a class with a size as in frames [height, width]; its place is (0, 0)."""
    real = CLASS_STATISTICS[class_id]
    tall, wide, fill = _sizes(rng, real, _count(rng, real), height, width)[0]
    return PlannedDefect(class_id, 0, 0, tall, wide, fill)


def plan_band(rng: Rng, anchor: float | None, width: int) -> Band:
    """A band; if ``anchor`` is given, that column lies near the strip's edge."""
    slant = float(rng.normal(0.0, 1.5))
    if anchor is None:
        if rng.random() >= FRAMES_WITH_BAND:
            return Band(0, True)
        levels = np.linspace(0.0, 1.0, len(BAND_WIDTHS))
        columns = float(np.interp(rng.random(), levels, BAND_WIDTHS)) * width / REAL_WIDTH
        return Band(int(columns), bool(rng.random() < 0.5), slant)
    on_left = bool(anchor < rng.uniform(0.5, 0.7) * width)
    from_side = anchor if on_left else width - anchor
    columns = int(from_side - 12 - rng.gamma(2.0, 45.0) * width / REAL_WIDTH)
    return Band(max(columns, 0), on_left, slant)


def _plan_class(
    rng: Rng,
    class_id: int,
    strip: tuple[int, int],
    edge_anchor: float,
    height: int,
    width: int,
    taken: list[PlannedDefect],
) -> list[PlannedDefect]:
    """Objects of one class that do not touch each other or objects in ``taken``."""
    real = CLASS_STATISTICS[class_id]
    sizes = _sizes(rng, real, _count(rng, real), height, width)
    low, high = strip
    anchor, reach, stray = edge_anchor, (60.0 if class_id == 1 else 20.0), 0.0
    if class_id not in EDGE_CLASSES:
        anchor, reach, stray = _column(rng, real, width), 150.0, 0.5
    placed: list[PlannedDefect] = []
    order = np.argsort([-h * w for h, w, _ in sizes])
    for i in order:
        tall, wide, fill = sizes[i]
        wide = min(wide, max(high - low - 4, 2))
        for attempt in range(60):
            anywhere = rng.random() < (stray if attempt < 20 else 2 * stray)
            x = _column(rng, real, width) if anywhere else anchor
            x += float(rng.laplace(0.0, reach * width / REAL_WIDTH)) if placed else 0.0
            left = int(np.clip(x - wide / 2, low + 2, max(high - wide - 2, low + 2)))
            left = min(left, width - wide)  # on a very narrow strip it may lie beside the strip
            top = _top(rng, real, tall, height)
            defect = PlannedDefect(class_id, top, left, tall, wide, fill)
            if not any(defect.near(other) for other in (*taken, *placed)):
                placed.append(defect)
                break
    return placed or [defect]


def _count(rng: Rng, real: ClassStatistics) -> int:
    """Number of objects of a class on an image that shows the class."""
    shares = np.cumsum(real.objects_per_image) / sum(real.objects_per_image)
    return 1 + int(np.searchsorted(shares, rng.random(), "right"))


def _sizes(
    rng: Rng, real: ClassStatistics, count: int, height: int, width: int
) -> list[tuple[int, int, float]]:
    """Height, width and fill of each object: a Gaussian copula over the quantile tables."""
    hw, hf, wf = real.shape_correlation
    root = np.linalg.cholesky(np.array([[1.0, hw, hf], [hw, 1.0, wf], [hf, wf, 1.0]]))
    pull = np.array(real.count_pull)
    shared = np.clip(np.array(real.within_image) - pull**2, 0.0, None)
    own = np.sqrt(np.clip(1.0 - pull**2 - shared, 0.0, None))
    image = root @ rng.standard_normal(3)
    scores = (
        pull * _count_score(real, count)
        + np.sqrt(shared) * image
        + own * (rng.standard_normal((count, 3)) @ root.T)
    )
    ranks = _normal_cdf(scores)
    sizes = []
    for h_rank, w_rank, f_rank in ranks:
        tall = np.interp(h_rank, LEVELS, real.height) * height / REAL_HEIGHT
        wide = np.exp(np.interp(w_rank, LEVELS, np.log(real.width))) * width / REAL_WIDTH
        fill = float(np.clip(np.interp(f_rank, LEVELS, real.fill), 0.2, 0.98))
        sizes.append((int(np.clip(round(tall), 4, height)), max(4, min(round(wide), width)), fill))
    return sizes


def _count_score(real: ClassStatistics, count: int) -> float:
    """Normal score, among all objects, of an object on an image with ``count`` objects."""
    per_image = np.array(real.objects_per_image, dtype=np.float64)
    objects = per_image * np.arange(1, len(per_image) + 1)
    middle = (objects[: count - 1].sum() + objects[count - 1] / 2) / objects.sum()
    return float(_normal_quantile(middle))


def _normal_cdf(score: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard normal distribution function, from a table of 1,601 points."""
    return np.asarray(np.interp(score, _SCORES, _RANKS))


def _normal_quantile(rank: float) -> float:
    return float(np.interp(rank, _RANKS, _SCORES))


_SCORES = np.linspace(-8.0, 8.0, 1601)
_RANKS = np.cumsum(np.exp(-0.5 * _SCORES**2))
_RANKS /= _RANKS[-1]


def _column(rng: Rng, real: ClassStatistics, width: int) -> float:
    """Column of an object's middle, from the real histogram."""
    counts = np.array(real.x_counts, dtype=np.float64)
    place = int(np.searchsorted(np.cumsum(counts) / counts.sum(), rng.random(), "right"))
    return (place + rng.random()) * width / len(counts)


def _top(rng: Rng, real: ClassStatistics, tall: int, height: int) -> int:
    """First line of an object; it touches the frame's top or bottom as often as real objects do."""
    free = height - tall
    if rng.random() < real.touches:
        return 0 if rng.random() < 0.5 else free
    return int(rng.integers(1, free)) if free > 1 else free // 2
