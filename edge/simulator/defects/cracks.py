"""Class 2: thin cracks along the strip near its edges."""

from __future__ import annotations

import cv2
import numpy as np

from edge.simulator.noise import NoiseSheets, window
from edge.simulator.outline import Outline, inside_weight, row_extent
from edge.simulator.stamp import Stamp, make_stamp
from edge.simulator.strokes import draw_stroke, softened, stroke_canvas, wandering

Rng = np.random.Generator

_SHIFT = np.array([[1.0, 0.0, 1.6], [0.0, 1.0, 0.0]])
"""Shift of the bright side of a crack, in pixels."""


def draw_cracks(rng: Rng, sheets: NoiseSheets, outline: Outline, visible: float) -> Stamp:
    """One to three wandering cracks within the outline; ``visible`` scales their contrast."""
    height, width = outline.shape
    first, last = row_extent(outline)
    canvas = stroke_canvas(height, width)
    for _ in range(int(rng.integers(1, 4))):
        y0 = float(rng.uniform(0.0, 0.25)) * height
        y1 = float(rng.uniform(0.7, 1.0)) * (height - 1)
        y = np.arange(y0, y1, float(rng.uniform(4.0, 9.0)))
        if len(y) < 2:
            y = np.array([0.0, height - 1.0])
        row = np.clip(y.astype(int), 0, height - 1)
        share = float(rng.uniform(0.25, 0.75)) + wandering(rng, len(y), 0.12)
        x = first[row] + np.clip(share, 0.05, 0.95) * (last[row] - first[row])
        draw_stroke(
            rng,
            canvas,
            x,
            y,
            strength=float(rng.uniform(0.45, 1.0)),
            thickness=1 if rng.random() < 0.75 else 2,
            gaps=float(rng.uniform(0.0, 0.3)),
        )
    crack = softened(canvas, blur=float(rng.uniform(0.5, 0.9)))
    gain = 1.0 - visible * 0.85 * crack
    if rng.random() < 0.5:
        shadow = inside_weight(outline, 0.3) * (
            1.0 + 0.4 * window(rng, sheets.streak, height, width)
        )
        gain -= visible * float(rng.uniform(0.02, 0.14)) * shadow
    bright = cv2.warpAffine(crack, _SHIFT, (width, height))
    glow = bright * (visible * float(rng.uniform(0.0, 26.0)))
    return make_stamp(np.maximum(gain, 0.2), glow, outline)
