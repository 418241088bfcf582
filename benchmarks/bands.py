"""Frames whose strip ends in view: what a black band over the outer columns does to the verdict.

A band hides the defects under it, and nobody can ask for those. So a frame is judged only where the
band leaves its truth as it was: each class that it shows is still to be seen beside the band, by
the rule that gives a defect to a tile (16 px or 30 % of its width). Clean frames stay clean. What
is compared is the share of these frames that are judged rightly, without the band and with it: it
costs accuracy where it raises an alarm of its own, or changes what is said of the strip beside it.
Were a frame with hidden defects held against what is left, the band would mend what was missed.

Where a set has no frames as wide as a line's, mosaics of its strips stand in. Nearly every mosaic
of strips drawn at random shows a defect somewhere, and any alarm would be right. So each holds
clean strips and at most one with a defect (one strip of each group of near-duplicates), and there
are as many mosaics of clean strips alone. Clean strips lie in several mosaics; that is the same in
both terms of a change, but makes its interval somewhat too narrow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edge.core.frame import Pixels
from train.augment.conditions import Side
from train.data.runs import column_runs, from_columns
from train.data.sample import Instance, Sample
from train.data.tiles import shown_in

WIDE = 1000
"""Columns from which a frame may have the strip's edge in view."""

MOSAIC = (1600, 256)
"""Width and height of a mosaic, px."""


@dataclass(frozen=True, slots=True)
class Mosaic(Sample):
    """A frame laid together from strips of one size, row by row."""

    parts: tuple[Sample, ...]

    def read(self) -> Pixels:
        """Grey pixels [height, width], uint8.

        Raises:
            ImageError: As ``Sample.read``, of a strip.
        """
        across = self.width // self.parts[0].width
        strips = [part.read() for part in self.parts]
        rows = [np.hstack(strips[i : i + across]) for i in range(0, len(strips), across)]
        return np.vstack(rows)


def wide_frames(samples: Sequence[Sample], seed: int = 0) -> list[Sample]:
    """Those that are wide, else mosaics; none where neither can be had.

    Mosaics need strips of one size that fill a frame, and enough clean ones for a frame.
    """
    wide = [sample for sample in samples if sample.width >= WIDE]
    return wide or list(_mosaics(samples, np.random.default_rng(seed)))


def shows_as_much(sample: Sample, px: int, side: Side) -> bool:
    """Whether each class of the sample stays visible beside ``px`` columns of black."""
    left = px if side == "left" else 0
    classes, _ = shown_in(sample, (left, 0, sample.width - px, sample.height))
    return classes == sample.class_indices


def _mosaics(samples: Sequence[Sample], rng: np.random.Generator) -> list[Mosaic]:
    sizes = {(sample.width, sample.height) for sample in samples}
    if len(sizes) != 1:
        return []
    ((width, height),) = sizes
    places = (MOSAIC[0] // width) * (MOSAIC[1] // height)
    clean = [sample for sample in samples if not sample.instances]
    if MOSAIC[0] % width or MOSAIC[1] % height or len(clean) < places:
        return []
    with_defect = {sample.group: sample for sample in samples if sample.instances}
    made = []
    for group, sample in with_defect.items():
        parts = [clean[i] for i in rng.choice(len(clean), places - 1, replace=False)]
        parts.insert(int(rng.integers(places)), sample)
        made.append(_mosaic(tuple(parts), group))
        parts = [clean[i] for i in rng.choice(len(clean), places, replace=False)]
        made.append(_mosaic(tuple(parts), f"clean beside {group}"))
    return made


def _mosaic(parts: tuple[Sample, ...], group: str) -> Mosaic:
    width, height = parts[0].width, parts[0].height
    across = MOSAIC[0] // width
    instances = [
        _moved(instance, height, (place % across) * width, (place // across) * height)
        for place, part in enumerate(parts)
        for instance in part.instances
    ]
    return Mosaic(Path(f"mosaic {group}"), *MOSAIC, tuple(instances), group, parts[0].split, parts)


def _moved(instance: Instance, height: int, right: int, down: int) -> Instance:
    """An instance of a strip ``height`` lines high, in pixels of the mosaic."""
    x, y, w, h = instance.box
    runs = instance.runs
    if runs is not None:
        runs = from_columns(column_runs(runs, height) + np.array([right, down, down]), MOSAIC[1])
    return Instance(instance.class_index, (x + right, y + down, w, h), runs)
