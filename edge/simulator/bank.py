"""Stamps of defects and nuisances for the live camera: drawn once and pasted many times."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from edge.core.frame import Pixels
from edge.simulator.defect_layout import PlannedDefect, plan_object
from edge.simulator.draw import draw_defect
from edge.simulator.noise import NoiseSheets
from edge.simulator.nuisances import NUISANCES
from edge.simulator.stamp import Stamp

Rng = np.random.Generator

STAMPS_PER_CLASS = {1: 14, 2: 8, 3: 26, 4: 12}
"""Number of defects kept for each class."""

NUISANCE_STAMPS = {
    "speck": 16,
    "oil streak": 6,
    "scuff": 6,
    "faint lines": 4,
    "glare": 4,
    "drop ring": 4,
    "paint mark": 3,
    "water film": 2,
}
"""Number of stamps kept for each nuisance; tread is part of the backdrop."""

LARGEST_STAMP = 40_000
"""Most pixels of a stamp, so that the bank stays small and pasting stays fast."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A variation of a stamp: ``strength`` (1 as drawn), mirrored in x or in y."""

    strength: float
    mirror_x: bool
    mirror_y: bool

    @property
    def flip(self) -> tuple[slice, slice]:
        """Index that mirrors an array [height, width]."""
        return np.s_[:: -1 if self.mirror_y else 1, :: -1 if self.mirror_x else 1]


class StampBank:
    """Stamps by class and by nuisance, drawn one at a time by ``fill``.

    ``ready`` is False until ``fill`` has drawn one of each kind.
    """

    def __init__(self, rng: Rng, sheets: NoiseSheets, lines: int, columns: int) -> None:
        self._rng = rng
        self._sheets = sheets
        self._lines = lines
        self._columns = columns
        self.defects: dict[int, list[Stamp]] = {class_id: [] for class_id in STAMPS_PER_CLASS}
        self.nuisances: dict[str, list[Stamp]] = {name: [] for name in NUISANCE_STAMPS}

    @property
    def ready(self) -> bool:
        """Whether there is at least one stamp of each kind."""
        return all(self.defects.values()) and all(self.nuisances.values())

    @property
    def nbytes(self) -> int:
        """Bytes of all stamps together."""
        total = 0
        for stamps in (*self.defects.values(), *self.nuisances.values()):
            for stamp in stamps:
                parts = (stamp.gain, stamp.glow, stamp.mask)
                total += sum(part.nbytes for part in parts if part is not None)
        return total

    def fill(self) -> Iterator[None]:
        """Draw all stamps, one per step, with the kinds in turn."""
        rounds = max(*STAMPS_PER_CLASS.values(), *NUISANCE_STAMPS.values())
        for turn in range(rounds):
            for class_id, count in STAMPS_PER_CLASS.items():
                if turn < count:
                    self.defects[class_id].append(self._draw_defect(class_id))
                    yield
            for name, count in NUISANCE_STAMPS.items():
                if turn < count:
                    nuisance = NUISANCES[name]
                    stamp = nuisance.draw(self._rng, self._sheets, self._lines, self._columns)
                    self.nuisances[name].append(stamp)
                    yield

    def _draw_defect(self, class_id: int) -> Stamp:
        while True:
            plan = plan_object(self._rng, class_id, self._lines, self._columns)
            if plan.height * plan.width <= LARGEST_STAMP:
                return draw_defect(self._rng, self._sheets, plan, _random_visibility(self._rng))

    def nearest(self, rng: Rng, plan: PlannedDefect) -> Stamp:
        """One of the four stamps of the planned class with the nearest size."""
        stamps = self.defects[plan.class_id]
        order = sorted(stamps, key=lambda stamp: _size_difference(stamp, plan))
        return order[int(rng.integers(min(4, len(order))))]


def _random_visibility(rng: Rng) -> float:
    return float(np.exp(rng.normal(-0.2, 0.35)))


def _size_difference(stamp: Stamp, plan: PlannedDefect) -> float:
    height, width = stamp.shape
    return abs(math.log(height / plan.height)) + abs(math.log(width / plan.width))


def paste(pixels: Pixels, stamp: Stamp, top: int, left: int, variant: Variant) -> None:
    """Apply a stamp to pixels [height, width] in place; parts outside are cut off."""
    height, width = stamp.shape
    y0, x0 = max(top, 0), max(left, 0)
    y1, x1 = min(top + height, pixels.shape[0]), min(left + width, pixels.shape[1])
    if y0 >= y1 or x0 >= x1:
        return
    part = np.s_[y0 - top : y1 - top, x0 - left : x1 - left]
    view = pixels[y0:y1, x0:x1]
    light = view.astype(np.float32)
    change = (stamp.gain[variant.flip][part] - np.float32(1.0)) * light
    if stamp.glow is not None:
        change += stamp.glow[variant.flip][part]
    change *= np.float32(variant.strength)
    light += change
    np.clip(light, 0.0, 255.0, out=light)
    view[...] = light
