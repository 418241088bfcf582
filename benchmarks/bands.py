"""Frames with the strip's edge in view: the effect of a black band on the verdict.

A band over the outer columns hides the defects under it, which no model can find. Therefore a frame
is judged only if the band does not change its truth: each of its classes is still visible beside
the band, by the rule that assigns a defect to a tile (16 px or 30 % of its width). Clean frames
stay clean. The accuracy on these frames is compared with and without the band. It falls if the band
raises a false alarm or changes the result for the strip beside it. (With frames whose defects are
partly hidden, the band would remove missed defects from the truth.)

If a data set has no frames as wide as a line's, mosaics of its strips are used. Nearly every mosaic
of random strips shows a defect somewhere, and any alarm on it would be correct. Therefore a mosaic
holds clean strips and at most one defective strip (one of each group of near-duplicates), and there
are equally many mosaics of clean strips only. Clean strips occur in several mosaics; this affects
both terms of a change, but makes its interval slightly too narrow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
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
    """A frame composed of strips of one size, row by row."""

    parts: tuple[Sample, ...] = field(kw_only=True)

    def read(self) -> Pixels:
        """Grey pixels [height, width], uint8.

        Raises:
            ImageError: As ``Sample.read``, for a strip.
        """
        across = self.width // self.parts[0].width
        strips = [part.read() for part in self.parts]
        rows = [np.hstack(strips[i : i + across]) for i in range(0, len(strips), across)]
        return np.vstack(rows)


def wide_frames(samples: Sequence[Sample], seed: int = 0) -> list[Sample]:
    """The wide samples, else mosaics; empty if neither is possible.

    Mosaics need strips of one size that fill a frame, and enough clean strips for one frame.
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
    return Mosaic(
        Path(f"mosaic {group}"), *MOSAIC, tuple(instances), group, parts[0].split, parts=parts
    )


def _moved(instance: Instance, height: int, right: int, down: int) -> Instance:
    """An instance of a strip ``height`` lines high, in pixels of the mosaic."""
    x, y, w, h = instance.box
    runs = instance.runs
    if runs is not None:
        runs = from_columns(column_runs(runs, height) + np.array([right, down, down]), MOSAIC[1])
    return Instance(instance.class_index, (x + right, y + down, w, h), runs)
