"""The bare strip: rolling marks along y, grain, ripples, scale mottling, sparkle."""

from __future__ import annotations

import cv2
import numpy as np

from edge.simulator.noise import NoiseSheets, Plane, as_plane, low_field, window

Rng = np.random.Generator

NOMINAL_GREY = 100.0
"""Mean grey level of a surface before lighting is applied."""


def draw_texture(rng: Rng, sheets: NoiseSheets, height: int, width: int) -> Plane:
    """Strip surface [height, width] in grey levels with a mean of about ``NOMINAL_GREY``."""
    surface = roll_marks(rng, sheets, height, width)
    if rng.random() < 0.55:
        add_ripple(rng, sheets, surface)
    if rng.random() < 0.4:
        add_mottle(rng, sheets, surface)
    if rng.random() < 0.15:
        add_mottle(rng, sheets, surface, patchy=True)
    add_grain(rng, sheets, surface)
    if rng.random() < 0.5:
        add_sparkle(rng, sheets, surface)
    surface *= NOMINAL_GREY
    return surface


def roll_marks(rng: Rng, sheets: NoiseSheets, height: int, width: int) -> Plane:
    """Relative brightness [height, width] around 1: marks along y, brushed or ground."""
    profile = np.ones(width, dtype=np.float32)
    for step, spread in ((1, 0.006), (6, 0.012), (24, 0.02), (90, 0.04), (400, 0.06)):
        knots = rng.standard_normal((1, max(width // step, 4)), dtype=np.float32)
        strength = spread * float(rng.gamma(2.0, 0.5))
        profile += strength * cv2.resize(knots, (width, 1), interpolation=cv2.INTER_CUBIC)[0]
    streak = window(rng, sheets.streak, height, width)
    dash = window(rng, sheets.dash, height, width)
    brushed = float(rng.gamma(1.0, 0.013))
    marks = float(rng.gamma(1.5, 0.007))
    surface = as_plane(cv2.addWeighted(streak, marks, dash, brushed, 0.0))
    weave = window(rng, sheets.weave, height, width)
    cv2.scaleAdd(weave, min(float(rng.gamma(1.6, 0.012)), 0.05), surface, surface)
    surface += profile
    return surface


def add_ripple(rng: Rng, sheets: NoiseSheets, surface: Plane) -> None:
    """Chatter: wavering lines across the strip, stronger in some places (not a defect)."""
    height, width = surface.shape
    strength = low_field(rng, height, width, 2, 5)
    strength += float(rng.uniform(-0.5, 1.0))
    np.maximum(strength, 0.0, out=strength)
    ripple = window(rng, sheets.ripple, height, width)
    amplitude = float(np.exp(rng.uniform(np.log(0.012), np.log(0.09))))
    surface += cv2.multiply(strength, ripple, scale=amplitude)


def add_mottle(rng: Rng, sheets: NoiseSheets, surface: Plane, patchy: bool = False) -> None:
    """Ragged two-level patches of thin scale or rust, dense in some places (not a defect)."""
    height, width = surface.shape
    sheet = sheets.cloud if patchy else sheets.mottle
    depth = float(rng.uniform(0.05, 0.2)) * (1 if rng.random() < 0.4 else -1)
    cover = low_field(rng, height, width, 3, 5 if patchy else 10)
    cover += float(rng.uniform(-2.6, -0.9))
    noise = window(rng, sheet, height, width)
    sharp = float(rng.uniform(0.8, 4.0))
    patches = cv2.addWeighted(noise, sharp, cover, sharp, 0.5)
    np.clip(patches, 0.0, 1.0, out=patches)
    cv2.scaleAdd(patches, depth, surface, surface)


def add_grain(rng: Rng, sheets: NoiseSheets, surface: Plane) -> None:
    """Fine grain; half the time coarser in some places than in others."""
    height, width = surface.shape
    grain = window(rng, sheets.grain, height, width)
    amplitude = float(rng.uniform(0.02, 0.075))
    if rng.random() < 0.5:
        strength = low_field(rng, height, width, 3, 8)
        strength *= 0.35
        strength += 1.0
        surface += cv2.multiply(strength, grain, scale=amplitude)
    else:
        cv2.scaleAdd(grain, amplitude, surface, surface)


def add_sparkle(rng: Rng, sheets: NoiseSheets, surface: Plane) -> None:
    """Bright points of rough surface, dense in some places (not a defect)."""
    height, width = surface.shape
    cover = low_field(rng, height, width, 3, 9)
    cover += float(rng.uniform(-3.6, -1.9))
    grain = window(rng, sheets.grain if rng.random() < 0.93 else sheets.dash, height, width)
    points = cv2.addWeighted(grain, 1.0, cover, 0.8, 0.0)
    np.maximum(points, 0.0, out=points)
    cv2.scaleAdd(points, float(rng.uniform(0.15, 0.45)), surface, surface)
