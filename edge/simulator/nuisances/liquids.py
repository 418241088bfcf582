"""Water and oil on the strip, which are not defects in this data set."""

from __future__ import annotations

import cv2
import numpy as np

from edge.simulator.noise import NoiseSheets, window
from edge.simulator.stamp import Stamp

Rng = np.random.Generator


def water_film(rng: Rng, sheets: NoiseSheets, height: int, width: int) -> Stamp:
    """A large thin film [height, width] with a smooth curved border."""
    del sheets
    half = (max(width // 2, 8), max(height // 2, 8))
    canvas = np.zeros((half[1], half[0]), dtype=np.uint8)
    for _ in range(int(rng.integers(1, 4))):
        centre = (int(rng.uniform(-0.1, 1.1) * half[0]), int(rng.uniform(-0.5, 1.5) * half[1]))
        axes = (
            int(rng.uniform(0.12, 0.5) * half[0]) + 4,
            int(rng.uniform(0.4, 1.4) * half[1]) + 4,
        )
        level = int(rng.integers(90, 256))
        cv2.ellipse(canvas, centre, axes, float(rng.uniform(-40, 40)), 0, 360, level, -1)
    soft = cv2.blur(canvas, (int(rng.integers(2, 9)),) * 2)
    film = cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    depth = float(rng.uniform(0.06, 0.3)) * (1 if rng.random() < 0.5 else -1)
    return Stamp(film * np.float32(depth / 255) + np.float32(1.0))


def oil_streak(rng: Rng, sheets: NoiseSheets, height: int, width: int) -> Stamp:
    """A soft dark smear along the strip with ragged sides, similar to a defect."""
    tall = int(rng.uniform(0.3, 1.0) * height)
    wide = int(np.exp(rng.uniform(np.log(14.0), np.log(150.0))))
    wide = min(wide, width)
    x = np.linspace(-1.0, 1.0, wide, dtype=np.float32)
    y = np.linspace(-1.0, 1.0, tall, dtype=np.float32)
    body = (1.0 - x**2)[None, :] * (1.0 - y**4)[:, None]
    ragged = window(rng, sheets.mottle, tall, wide) * np.float32(0.4)
    smear = np.clip((body + ragged - 0.45) * 1.6, 0.0, 1.0) * np.sqrt(body)
    depth = float(rng.uniform(0.06, 0.32))
    return Stamp((1.0 - depth * smear).astype(np.float32))


def glare(rng: Rng, sheets: NoiseSheets, height: int, width: int) -> Stamp:
    """A water spot that reflects the lamp: a bright ragged spot with a dark rim."""
    tall = min(int(rng.uniform(20, 130)), height)
    wide = min(int(rng.uniform(15, 110)), width)
    x = np.linspace(-1.0, 1.0, wide, dtype=np.float32)[None, :]
    y = np.linspace(-1.0, 1.0, tall, dtype=np.float32)[:, None]
    body = 1.0 - x**2 - y**2 + 0.3 * window(rng, sheets.mottle, tall, wide)
    border = np.minimum(np.minimum(1.0 - np.abs(x), 1.0 - np.abs(y)) * 6.0, 1.0)
    spot = np.clip((body - 0.35) * float(rng.uniform(0.8, 3.0)), 0.0, 1.0) * border
    rim = np.clip((body - 0.1) * 3.0, 0.0, 1.0) * border - spot
    glow = (
        spot * float(rng.uniform(15.0, 120.0)) * (1.0 + 0.12 * window(rng, sheets.dash, tall, wide))
    )
    return Stamp((1.0 - 0.2 * rim).astype(np.float32), glow.astype(np.float32))
