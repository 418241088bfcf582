"""Embossed tread: the rhombic pattern of chequered plate, which is not a defect."""

from __future__ import annotations

import cv2
import numpy as np

from edge.simulator.noise import NoiseSheets
from edge.simulator.relief import shade
from edge.simulator.stamp import Stamp

Rng = np.random.Generator


def tread(rng: Rng, sheets: NoiseSheets, height: int, width: int) -> Stamp:
    """Ribs [height, width] that cross the whole frame in two slanting directions."""
    del sheets
    pitch = float(rng.uniform(75, 150))
    thick = int(rng.integers(7, 15))
    canvas = np.zeros((height, width), dtype=np.uint8)
    run = float(rng.uniform(0.35, 0.7)) * height
    shift = float(rng.uniform(0, pitch))
    for i in range(-int(run / pitch) - 2, int(width / pitch) + 2):
        x = i * pitch + shift
        for x0, x1 in ((x, x + run), (x + run, x)):
            begin, end = (round(x0), -2), (round(x1), height + 2)
            cv2.line(canvas, begin, end, 255, thick, cv2.LINE_AA)
    ribs = cv2.GaussianBlur(canvas, (0, 0), 2.2).astype(np.float32) * np.float32(1 / 255)
    depth = float(rng.uniform(1.0, 2.6))
    slopes = shade(ribs, across=1.0 if rng.random() < 0.5 else -1.0, along=0.25)
    gain = 1.0 + depth * slopes + float(rng.uniform(0.02, 0.25)) * ribs
    return Stamp(np.maximum(gain, 0.15).astype(np.float32))
