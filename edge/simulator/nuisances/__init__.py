"""Nuisances that look like defects: water, oil, paint, drops, specks, roll marks, tread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from edge.simulator.noise import NoiseSheets
from edge.simulator.nuisances.liquids import glare, oil_streak, water_film
from edge.simulator.nuisances.marks import (
    drop_ring,
    faint_lines,
    paint_mark,
    scuff,
    speck,
)
from edge.simulator.nuisances.tread import tread
from edge.simulator.stamp import Stamp

Drawer = Callable[[np.random.Generator, NoiseSheets, int, int], Stamp]


@dataclass(frozen=True, slots=True)
class Nuisance:
    """Frequency and drawing of a nuisance.

    Attributes:
        draw: Draws one for a frame with a number of lines and columns.
        share: Share of clean frames that have any.
        count: Mean number on a frame that has any; 1 is exactly one.
        whole_frame: Whether its stamp is as large as the frame.
        with_defects: Factor on ``share`` for frames with defects.
    """

    draw: Drawer
    share: float
    count: float = 1.0
    whole_frame: bool = False
    with_defects: float = 1.0


NUISANCES: dict[str, Nuisance] = {
    "tread": Nuisance(tread, 0.06, whole_frame=True, with_defects=0.3),
    "water film": Nuisance(water_film, 0.2, whole_frame=True),
    "oil streak": Nuisance(oil_streak, 0.3, 2.0),
    "scuff": Nuisance(scuff, 0.3, 2.0),
    "faint lines": Nuisance(faint_lines, 0.3, 2.0),
    "glare": Nuisance(glare, 0.07, 1.5),
    "drop ring": Nuisance(drop_ring, 0.1, 7.0),
    "speck": Nuisance(speck, 0.5, 9.0),
    "paint mark": Nuisance(paint_mark, 0.18, with_defects=0.3),
}
"""The nuisances, in the order of drawing. The shares are estimates from 20 frames: of 5 clean ones
3 show paint and 1 tread, and none of 15 with defects shows either."""


def draw_nuisances(
    rng: np.random.Generator, sheets: NoiseSheets, height: int, width: int, *, clean: bool
) -> Iterator[tuple[Stamp, int, int]]:
    """The nuisances of one frame, each with the line and column of its upper left corner.

    ``clean`` is whether the frame has no defects.
    """
    for nuisance in NUISANCES.values():
        if rng.random() >= nuisance.share * (1.0 if clean else nuisance.with_defects):
            continue
        for _ in range(1 + int(rng.poisson(nuisance.count - 1.0))):
            stamp = nuisance.draw(rng, sheets, height, width)
            yield stamp, *place_nuisance(rng, nuisance, stamp, height, width)


def place_nuisance(
    rng: np.random.Generator, nuisance: Nuisance, stamp: Stamp, height: int, width: int
) -> tuple[int, int]:
    """Line and column of a stamp's upper left corner; up to half of it may lie outside."""
    if nuisance.whole_frame:
        return 0, 0
    tall, wide = stamp.shape
    top = int(rng.integers(-(tall // 2), height - tall // 2 + 1))
    left = int(rng.integers(-(wide // 2), width - wide // 2 + 1))
    return (0 if tall == height else top), left
