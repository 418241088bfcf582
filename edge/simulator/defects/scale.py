"""Class 4: rolled-in scale and torn, peeling surface."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from edge.simulator.noise import NoiseSheets, Plane, as_plane, window
from edge.simulator.outline import Outline, inside_weight, points_inside, spread_within
from edge.simulator.relief import shade
from edge.simulator.stamp import Stamp, make_stamp
from edge.simulator.strokes import draw_stroke, softened, stroke_canvas, wandering

Rng = np.random.Generator
Change = tuple[npt.ArrayLike, npt.ArrayLike | None]
"""Factor and added grey levels of a stamp, each [height, width]."""


def draw_scale(rng: Rng, sheets: NoiseSheets, outline: Outline, visible: float) -> Stamp:
    """Peeled sheets, cracked plates or pressed-in scale; ``visible`` scales their contrast."""
    kind = rng.random()
    if kind < 0.35:
        gain, glow = _peeled(rng, sheets, outline, visible)
    elif kind < 0.7:
        gain, glow = _plate(rng, sheets, outline, visible)
    else:
        gain, glow = _rolled_in(rng, sheets, outline, visible)
    return make_stamp(gain, glow, outline)


def _zoomed(rng: Rng, sheet: Plane, outline: Outline, zoom: float) -> Plane:
    """A window of a sheet, enlarged ``zoom`` times to the outline's size."""
    height, width = outline.shape
    small = window(rng, sheet, max(int(height / zoom), 2), max(int(width / zoom), 2))
    return as_plane(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC))


def _peeled(rng: Rng, sheets: NoiseSheets, outline: Outline, visible: float) -> Change:
    weight = inside_weight(outline, 0.2)
    broad = _zoomed(rng, sheets.cloud, outline, float(rng.uniform(2.5, 5.0)))
    fine = window(rng, sheets.cloud, *outline.shape)
    lifted = np.clip((broad + 1.6 * weight - 0.8) * 3.0, 0.0, 1.0) * np.minimum(weight * 3.0, 1.0)
    height_map = lifted * (3.0 + 2.0 * broad + 0.6 * fine)
    slopes = shade(height_map, across=float(rng.normal(0.0, 0.4)))
    gain = 1.0 - visible * float(rng.uniform(0.1, 0.45)) * lifted
    return gain, np.clip(slopes, -1.2, 2.0) * (visible * float(rng.uniform(25.0, 55.0)))


def _plate(rng: Rng, sheets: NoiseSheets, outline: Outline, visible: float) -> Change:
    height, width = outline.shape
    weight = inside_weight(outline, 0.15)
    mottle = window(rng, sheets.mottle, height, width)
    cover = np.clip(weight * (1.0 + 0.35 * mottle), 0.0, 1.0)
    canvas = stroke_canvas(height, width)
    for x, y in points_inside(rng, weight, 1 + int(rng.poisson(height * width / 9000))):
        length = float(rng.uniform(0.2, 0.6)) * min(width, 200)
        count = max(4, int(length / 6))
        along = np.linspace(-0.5, 0.5, count) * length
        rise = float(rng.normal(0.0, 0.4)) * along + wandering(rng, count, 0.06 * length)
        draw_stroke(
            rng, canvas, x + along, y + rise, strength=0.9, thickness=int(rng.integers(1, 4))
        )
    crack = softened(canvas, 0.8) * np.minimum(weight * 2.0, 1.0)
    gain = 1.0 - visible * float(rng.uniform(0.15, 0.5)) * cover
    gain -= 0.5 * visible * crack
    height_map = crack * -2.0 + 0.4 * cover * window(rng, sheets.cloud, height, width)
    return np.clip(gain, 0.15, 1.2), shade(height_map) * (visible * float(rng.uniform(20.0, 60.0)))


def _rolled_in(rng: Rng, sheets: NoiseSheets, outline: Outline, visible: float) -> Change:
    height, width = outline.shape
    weight = inside_weight(outline, 0.25)
    mottle = window(rng, sheets.mottle, height, width)
    cloud = window(rng, sheets.cloud, height, width)
    noise = as_plane(cv2.addWeighted(mottle, 0.8, cloud, 0.6, 0.0))
    scale = spread_within(noise, weight, float(rng.uniform(0.25, 0.8)), 0.9)
    gain = 1.0 - visible * float(rng.uniform(0.15, 0.55)) * scale
    sparks = np.maximum(window(rng, sheets.grain, height, width) - 1.2, 0.0) * scale
    slopes = shade(cv2.blur(scale, (3, 3)), across=0.8) * (visible * float(rng.uniform(5.0, 40.0)))
    return gain, slopes + sparks * (visible * float(rng.choice((0.0, 0.0, 50.0))))
