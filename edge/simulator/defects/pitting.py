"""Class 1: clusters of pits near the strip's edges."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from edge.simulator.noise import NoiseSheets, Plane, as_plane, window
from edge.simulator.outline import Outline, inside_weight, points_inside
from edge.simulator.relief import shade
from edge.simulator.stamp import Stamp, make_stamp

Rng = np.random.Generator
Change = tuple[npt.ArrayLike, npt.ArrayLike | None]
"""Factor and added grey levels of a stamp, each [height, width]."""


def draw_pitting(rng: Rng, sheets: NoiseSheets, outline: Outline, visible: float) -> Stamp:
    """Pits, lumps or a torn loop within the outline; ``visible`` scales their contrast."""
    weight = inside_weight(outline)
    kind = rng.random()
    if kind < 0.55:
        gain, glow = _pits(rng, sheets, weight, visible)
    elif kind < 0.8:
        gain, glow = _lumps(rng, sheets, weight, visible)
    else:
        gain, glow = _loop(rng, sheets, weight, visible)
    return make_stamp(gain, glow, outline)


def _blobs(rng: Rng, weight: Plane, area_each: float, *, hollow: bool = False) -> Plane:
    """Soft ovals [height, width] from 0 to 1, longer along the strip than across."""
    height, width = weight.shape
    canvas = np.zeros((height, width), dtype=np.uint8)
    count = 1 + int(rng.poisson(height * width / area_each))
    for x, y in points_inside(rng, weight, count):
        half = max(1.5, float(rng.uniform(0.08, 0.26)) * min(width, 34))
        axes = (round(half * 16), round(half * float(rng.uniform(0.8, 2.8)) * 16))
        tilt = float(rng.normal(0.0, 14.0))
        thickness = 1 if hollow else -1
        level = int(rng.integers(110, 256))
        centre = (int(x) * 16, int(y) * 16)
        cv2.ellipse(canvas, centre, axes, tilt, 0, 360, level, thickness, cv2.LINE_AA, 4)
    plane = canvas.astype(np.float32) * np.float32(1 / 255)
    soft = as_plane(cv2.GaussianBlur(plane, (0, 0), float(rng.uniform(0.7, 1.4))))
    return as_plane(soft * np.minimum(weight * np.float32(4.0), np.float32(1.0)))


def _pits(rng: Rng, sheets: NoiseSheets, weight: Plane, visible: float) -> Change:
    pits = _blobs(rng, weight, 700.0)
    rough = window(rng, sheets.cloud, *weight.shape) * weight
    ragged = pits * (1.0 + 0.35 * window(rng, sheets.cloud, *weight.shape))
    slopes = shade(0.35 * rough - 2.2 * ragged, across=float(rng.normal(0.0, 0.5)))
    gain = 1.0 - visible * float(rng.uniform(0.25, 0.6)) * ragged
    glow = np.maximum(slopes, -0.6) * (visible * float(rng.uniform(40.0, 110.0)))
    return np.maximum(gain, 0.2), glow


def _lumps(rng: Rng, sheets: NoiseSheets, weight: Plane, visible: float) -> Change:
    lumps = _blobs(rng, weight, 450.0)
    fine = window(rng, sheets.cloud, *weight.shape)
    bed = np.clip(weight + 0.5 * fine - 0.4, 0.0, 1.0) * np.minimum(weight * 4.0, 1.0)
    slopes = shade(2.0 * lumps * (1.0 + 0.4 * fine) + 0.3 * bed * fine)
    gain = 1.0 - visible * 0.3 * bed
    glow = np.maximum(slopes, -0.3) * (visible * float(rng.uniform(70.0, 200.0)))
    return gain, glow


def _loop(rng: Rng, sheets: NoiseSheets, weight: Plane, visible: float) -> Change:
    ring = _blobs(rng, weight, 2500.0, hollow=True)
    broken = np.clip(0.75 + 0.6 * window(rng, sheets.cloud, *weight.shape), 0.0, 1.2)
    ring = ring * broken
    gain = 1.0 - visible * float(rng.uniform(0.5, 0.9)) * ring
    glow = shade(-1.6 * ring) * (visible * float(rng.uniform(20.0, 70.0)))
    return np.maximum(gain, 0.2), glow
