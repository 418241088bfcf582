"""Paint marks, drops, specks and faint roll marks, which are not defects in this data set."""

from __future__ import annotations

import cv2
import numpy as np

from edge.simulator.noise import NoiseSheets, window
from edge.simulator.stamp import Stamp
from edge.simulator.strokes import draw_stroke, softened, stroke_canvas, wandering

Rng = np.random.Generator


def paint_mark(rng: Rng, sheets: NoiseSheets, height: int, width: int) -> Stamp:
    """Strokes of white marking paint with splashes, bright enough to saturate the sensor."""
    wide = min(int(rng.uniform(90, 320)), width)
    tall = height
    canvas = stroke_canvas(tall, wide)
    for _ in range(int(rng.integers(2, 5))):
        x = float(rng.uniform(0.2, 0.8)) * wide
        knots = int(rng.integers(5, 11))
        y = np.sort(rng.uniform(-0.2, 1.2, knots)) * tall
        bend = x + wandering(rng, knots, float(rng.uniform(2, 16)))
        thick = int(rng.integers(5, 18))
        draw_stroke(rng, canvas, bend, y, strength=0.85, thickness=thick, gaps=0.35)
    for _ in range(int(rng.integers(3, 12))):
        centre = (int(rng.uniform(0.15, 0.85) * wide), int(rng.uniform(0, 1) * tall))
        cv2.circle(canvas, centre, int(rng.integers(2, 12)), int(rng.integers(150, 256)), -1)
    body = softened(cv2.blur(canvas, (7, 7)))
    noise = window(rng, sheets.cloud, tall, wide)
    spread = softened(cv2.blur(canvas, (45, 45)))
    fine = window(rng, sheets.grain, tall, wide)
    splash = np.maximum(noise + 0.5 * fine - 2.2 + 2.2 * spread, 0.0) * np.minimum(
        spread * 8.0, 1.0
    )
    paint = np.clip((body + 0.27 * noise - 0.5) * 5.0 + 2.0 * splash, 0.0, 1.0)
    if rng.random() < 0.5:
        paint *= np.clip((1.1 - body - 0.25 * noise) * 6.0, 0.2, 1.0)
    edge = np.linspace(0.0, 1.0, wide, dtype=np.float32)
    paint *= np.minimum(np.minimum(edge, 1.0 - edge) * 12.0, 1.0)
    gain = 1.0 - 0.35 * np.clip(cv2.blur(paint, (9, 9)) * 2.0, 0.0, 1.0)
    return Stamp(gain.astype(np.float32), (paint * 330.0).astype(np.float32))


def drop_ring(rng: Rng, sheets: NoiseSheets, height: int, width: int) -> Stamp:
    """A dried drop: a small bright ring."""
    del sheets, height, width
    radius = float(rng.uniform(2.5, 8.0))
    side = int(radius * 2 + 7)
    offset = np.arange(side, dtype=np.float32) - side / 2
    distance = np.hypot(offset[None, :], offset[:, None] * np.float32(rng.uniform(0.7, 1.1)))
    ring = np.exp(-(((distance - radius) / 1.3) ** 2)).astype(np.float32)
    dark = np.exp(-((distance / radius) ** 2)).astype(np.float32)
    glow = ring * np.float32(rng.uniform(12.0, 110.0))
    return Stamp(1.0 - np.float32(rng.uniform(0.0, 0.25)) * dark, glow)


def speck(rng: Rng, sheets: NoiseSheets, height: int, width: int) -> Stamp:
    """A short bright dash or a dark dot of a few pixels."""
    del sheets, height, width
    tall, wide = int(rng.integers(5, 18)), int(rng.integers(5, 14))
    canvas = stroke_canvas(tall, wide)
    if rng.random() < 0.45:
        ends = rng.uniform(1, [wide - 2, tall - 2], (2, 2)).astype(int)
        cv2.line(canvas, ends[0].tolist(), ends[1].tolist(), 255, 1, cv2.LINE_AA)
        glow = softened(canvas, 0.5) * np.float32(rng.uniform(25.0, 140.0))
        return Stamp(np.ones_like(glow), glow)
    cv2.circle(canvas, (wide // 2, tall // 2), int(rng.integers(0, 3)), 255, -1, cv2.LINE_AA)
    return Stamp(1.0 - softened(canvas, 0.8) * np.float32(rng.uniform(0.2, 0.9)))


def faint_lines(rng: Rng, sheets: NoiseSheets, height: int, width: int) -> Stamp:
    """Roll marks: straight faint lines along the strip, which annotators do not mark."""
    del sheets
    wide = min(int(rng.uniform(6, 90)), width)
    canvas = stroke_canvas(height, wide)
    for _ in range(1 + int(rng.poisson(wide / 22))):
        y0, y1 = sorted(rng.uniform(-0.5, 1.5, 2) * height)
        y = np.linspace(y0, y1, 12)
        x = np.full(12, float(rng.uniform(2, wide - 3)))
        draw_stroke(rng, canvas, x, y, strength=0.7, thickness=int(rng.integers(1, 4)), uneven=0.2)
    depth = float(np.exp(rng.uniform(np.log(0.04), np.log(0.22))))
    if rng.random() < 0.3:
        depth = -depth
    return Stamp(1.0 - np.float32(depth) * softened(canvas, float(rng.uniform(0.5, 1.4))))


def scuff(rng: Rng, sheets: NoiseSheets, height: int, width: int) -> Stamp:
    """A dull rough patch with short strokes along the strip, too faint to be a defect."""
    tall = min(int(rng.uniform(25, 200)), height)
    wide = min(int(rng.uniform(15, 130)), width)
    x = np.linspace(-1.0, 1.0, wide, dtype=np.float32)[None, :]
    y = np.linspace(-1.0, 1.0, tall, dtype=np.float32)[:, None]
    body = np.clip(1.2 - x**2 - y**2, 0.0, 1.0) * (1 - x**8) * (1 - y**8)
    noise = window(rng, sheets.dash if rng.random() < 0.5 else sheets.mottle, tall, wide)
    marks = np.maximum(noise - 0.3, 0.0) * body
    glow = marks * np.float32(rng.uniform(4.0, 26.0) * (1 if rng.random() < 0.5 else -1))
    return Stamp(np.ones((tall, wide), dtype=np.float32), glow.astype(np.float32))
