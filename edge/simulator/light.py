"""Lamp, lens and sensor: uneven light, the black band past the strip's edge, noise, clipping."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.core.frame import Pixels
from edge.simulator.noise import NoiseSheets, Plane, low_field, window
from edge.simulator.statistics import STRIP_MEAN_GREY
from edge.simulator.texture import NOMINAL_GREY

Rng = np.random.Generator

_QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Band:
    """The black band past the strip's edge.

    Attributes:
        columns: Width of the band in columns; 0 if the frame shows strip over its whole width.
        on_left: Whether the band is at column 0.
        slant: Columns by which the edge moves from the first line to the last.
    """

    columns: int
    on_left: bool
    slant: float = 0.0

    def strip_columns(self, width: int) -> tuple[int, int]:
        """First column of strip and the one after its last."""
        return (self.columns, width) if self.on_left else (0, width - self.columns)


def uneven_light(rng: Rng, height: int, width: int) -> Plane:
    """Relative light [height, width] for a surface of nominal grey, brighter below the lamp.

    Its mean varies from frame to frame like the mean grey level of 20 real frames.
    """
    level = float(np.interp(rng.random(), _QUARTERS, STRIP_MEAN_GREY)) / NOMINAL_GREY
    level *= float(np.exp(rng.normal(0.0, 0.06)))
    x = np.linspace(-1.0, 1.0, width, dtype=np.float32)
    centre, reach = float(rng.uniform(-0.7, 0.7)), float(rng.uniform(0.35, 1.2))
    lamp = float(rng.gamma(2.0, 0.5))
    across = 1.0 + lamp * np.exp(-(((x - centre) / reach) ** 2))
    across *= 1.0 - float(rng.uniform(0.0, 0.5)) * np.abs(x) ** 3
    across *= level / across.mean()
    if rng.random() < 0.4:
        across = across + light_stripes(rng, width)
    along = 1.0 + float(rng.normal(0.0, 0.12)) * np.linspace(-1, 1, height, dtype=np.float32)
    light: Plane = low_field(rng, height, width, 3, 6)
    light *= float(rng.uniform(0.0, 0.09))
    light += 1.0
    light *= across.astype(np.float32)[None, :]
    light *= along[:, None]
    return light


def light_stripes(rng: Rng, width: int) -> NDArray[np.float32]:
    """Broad soft stripes [width] added to the light: rub marks and guides, not defects."""
    x = np.arange(width, dtype=np.float32)
    stripes = np.zeros(width, dtype=np.float32)
    for _ in range(int(rng.integers(1, 5))):
        half = float(np.exp(rng.uniform(np.log(4.0), np.log(60.0))))
        bump = np.exp(-(np.abs((x - float(rng.uniform(0, width))) / half) ** 3))
        stripes += float(rng.normal(0.0, 0.13)) * bump
    return stripes


def expose(rng: Rng, sheets: NoiseSheets, surface: Plane, band: Band) -> Pixels:
    """Convert a surface to pixels: apply the band, sensor noise and rounding to eight bits.

    ``surface`` [height, width] in grey levels is overwritten.
    """
    height, width = surface.shape
    cut_band(rng, surface, band)
    noise = window(rng, sheets.grain, height, width)
    cv2.scaleAdd(noise, float(rng.uniform(0.8, 2.3)), surface, surface)
    if band.columns:
        black_out(rng, sheets, surface, band)
    np.clip(surface, 0.0, 255.0, out=surface)
    surface += 0.5
    return surface.astype(np.uint8)


def cut_band(rng: Rng, surface: Plane, band: Band) -> None:
    """Darken the strip towards its edge; beyond the edge it is black."""
    if not band.columns:
        return
    width = surface.shape[1]
    distance = np.arange(width, dtype=np.float32) - np.float32(band.columns)
    if not band.on_left:
        distance = distance[::-1]
    edge_dark, edge_reach = float(rng.uniform(0.05, 0.6)), float(rng.uniform(4.0, 50.0))
    outer = np.maximum(distance, 0.0)
    gain = 1.0 - edge_dark * np.exp(-outer / edge_reach)
    for _ in range(int(rng.integers(0, 4))):
        bump = np.exp(-(((outer - float(rng.gamma(2.0, 14.0))) / float(rng.uniform(1.5, 7))) ** 2))
        gain += float(rng.normal(0.0, 0.16)) * bump
    surface *= np.maximum(gain, 0.0).astype(np.float32)[None, :]


def black_out(rng: Rng, sheets: NoiseSheets, surface: Plane, band: Band) -> None:
    """Blacken the columns past the edge, which varies by a column and may slant."""
    height, width = surface.shape
    level, noise = float(rng.uniform(0.5, 5.0)), float(rng.uniform(0.3, 1.2))
    wobble = cv2.GaussianBlur(rng.standard_normal((height, 1), dtype=np.float32), (1, 31), 0)
    edge = wobble[:, 0] + np.linspace(-0.5, 0.5, height, dtype=np.float32) * band.slant
    reach = min(int(abs(band.slant)) + 8, width)
    beyond = min(band.columns + reach, width)
    columns = slice(0, beyond) if band.on_left else slice(width - beyond, width)
    distance = np.arange(beyond, dtype=np.float32) - np.float32(band.columns)
    if not band.on_left:
        distance = distance[::-1]
    soft = float(rng.uniform(1.0, 3.5))
    inside = (distance[None, :] - edge[:, None]) / np.float32(soft) + np.float32(0.5)
    np.clip(inside, 0.0, 1.0, out=inside)
    dark = window(rng, sheets.grain, height, beyond) * np.float32(noise) + np.float32(level)
    view = surface[:, columns]
    view *= inside
    view += (1.0 - inside) * dark
