"""Thin lines that follow the strip: scratches, cracks, faint roll marks."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from numpy.typing import NDArray

from edge.simulator.noise import Plane, as_plane

Rng = np.random.Generator
Canvas = NDArray[np.uint8]


def stroke_canvas(height: int, width: int) -> Canvas:
    """An empty canvas [height, width] to draw strokes on; 255 is full strength."""
    return np.zeros((height, width), dtype=np.uint8)


def draw_stroke(
    rng: Rng,
    canvas: Canvas,
    x: NDArray[np.floating],
    y: NDArray[np.floating],
    *,
    strength: float,
    thickness: int = 1,
    uneven: float = 0.35,
    gaps: float = 0.0,
) -> None:
    """Draw a line through the points ``x``, ``y`` [n] with varying strength; its ends fade out.

    ``strength`` is 0 to 1, ``uneven`` the relative spread of the strength, and ``gaps`` the share
    of segments that are almost invisible.
    """
    points = np.rint(np.stack([x, y], axis=1) * 16.0).astype(np.int32)
    wander = np.cumsum(rng.normal(0.0, uneven, len(points)))
    levels = 255.0 * strength * np.exp(0.5 * (wander - wander.mean()))
    levels[rng.random(len(points)) < gaps] *= 0.2
    levels[[0, -2]] *= 0.5
    for i in range(len(points) - 1):
        level = float(min(levels[i], 255.0))
        begin = (int(points[i, 0]), int(points[i, 1]))
        end = (int(points[i + 1, 0]), int(points[i + 1, 1]))
        cv2.line(canvas, begin, end, level, thickness, cv2.LINE_AA, 4)


def wandering(rng: Rng, count: int, spread: float) -> NDArray[np.float64]:
    """A random walk [count] that starts and ends at 0, ``spread`` wide in the middle."""
    walk = np.cumsum(rng.normal(0.0, 1.0, count))
    walk -= np.linspace(walk[0], walk[-1], count)
    return np.asarray(walk * (2.0 * spread / np.sqrt(count)))


def softened(canvas: npt.ArrayLike, blur: float = 0.0) -> Plane:
    """A canvas as float32 from 0 to 1, softened by a Gaussian of ``blur`` pixels."""
    plane = as_plane(canvas) * np.float32(1 / 255)
    if blur <= 0.0:
        return plane
    return as_plane(cv2.GaussianBlur(plane, (0, 0), blur))
