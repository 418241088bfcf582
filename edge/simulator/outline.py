"""Loose polygons as annotators draw them around defects, and textures within them."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.simulator.noise import Plane, as_plane

Rng = np.random.Generator
Outline = NDArray[np.uint8]
"""Filled polygon [height, width], 0 or 1, that touches all four sides of its array."""

_EXPONENTS = np.geomspace(1.0, 12.0, 24)
_FILLS = np.array([math.gamma(1 + 1 / p) ** 2 / math.gamma(1 + 2 / p) for p in _EXPONENTS])
"""Area of the superellipse |x|^p + |y|^p = 1 over its box (Gridgeman, Math. Gazette 54, 1970)."""


def draw_outline(rng: Rng, height: int, width: int, fill: float) -> Outline:
    """A polygon as annotators draw them, with the given box and about the given area / box.

    Tall ones are mostly slanted strips, others rounded or ragged shapes. Of several candidates the
    one with the nearest area is taken.
    """
    best = np.zeros((0, 2), dtype=np.int32)
    least, aim = math.inf, fill
    for _ in range(4):
        if height > 2.2 * width or (width > 2.2 * height and rng.random() < 0.5):
            points = _slanted_strip(rng, aim)
            if width > height:
                points = points[:, ::-1]
        else:
            points = _rounded(rng, aim)
        corners = _fit(points, height, width)
        area = _pixels_within(corners) / (height * width)
        if abs(area - fill) < least:
            best, least = corners, abs(area - fill)
        if least < 0.03:
            break
        aim = float(np.clip(aim + 0.7 * (fill - area), 0.15, 0.99))
    outline = np.zeros((height, width), dtype=np.uint8)
    cv2.fillPoly(outline, [best], 1)
    return outline


def _pixels_within(corners: NDArray[np.int32]) -> float:
    """Approximate number of pixels of a filled polygon with its border (Pick's theorem)."""
    return float(cv2.contourArea(corners) + 0.5 * cv2.arcLength(corners, True) + 1.0)


def _slanted_strip(rng: Rng, fill: float) -> Plane:
    """Corners [n, 2] of a slightly bent strip from top to bottom; the fill sets its thickness."""
    knots = int(rng.integers(2, 6))
    y = np.sort(np.concatenate([[0.0, 1.0], rng.uniform(0.1, 0.9, knots - 2)]))
    lean = (1.0 - fill) * (1 if rng.random() < 0.5 else -1)
    middle = 0.5 + lean * (y - 0.5) + rng.normal(0.0, 0.05, knots)
    half = 0.5 * fill * np.exp(rng.normal(0.0, 0.12, knots))
    if rng.random() < 0.4:
        half[int(rng.integers(0, 2)) * -1] *= 0.3
    left = np.stack([middle - half, y], axis=1)
    right = np.stack([middle + half, y], axis=1)
    return np.concatenate([left, right[::-1]]).astype(np.float32)


def _rounded(rng: Rng, fill: float) -> Plane:
    """Corners [n, 2] of a superellipse with ragged radii, in an arbitrary scale.

    For a small fill it is a tilted ellipse: at tilt r it fills π/4 · √(1 − r²) of its box.
    """
    exponent = float(np.interp(fill + 0.03, _FILLS, _EXPONENTS))
    tilt = 0.0
    if fill < 0.66:
        exponent, tilt = 2.0, math.sqrt(1.0 - min(fill / 0.76, 0.99) ** 2)
        tilt *= 1 if rng.random() < 0.5 else -1
    count = int(rng.integers(6, 18))
    step = 2 * math.pi / count
    angle = step * (np.arange(count) + rng.uniform(-0.35, 0.35, count)) + rng.uniform(0, step)
    ragged = np.exp(rng.normal(0.0, 0.16 if fill < 0.7 else 0.06, count))
    cos, sin = np.cos(angle), np.sin(angle)
    radius = (np.abs(cos) ** exponent + np.abs(sin) ** exponent) ** (-1 / exponent) * ragged
    x, y = radius * cos, radius * sin
    x = math.sqrt(1.0 - tilt**2) * x + tilt * y
    return np.stack([x, y], axis=1).astype(np.float32)


def _fit(points: Plane, height: int, width: int) -> NDArray[np.int32]:
    """Scale corners so that they touch all four sides of a box of whole pixels."""
    low, high = points.min(axis=0), points.max(axis=0)
    scaled = (points - low) / np.maximum(high - low, 1e-6)
    corners: NDArray[np.int32] = np.rint(scaled * [width - 1, height - 1]).astype(np.int32)
    return corners


def inside_weight(outline: Outline, margin: float = 0.12) -> Plane:
    """Weight of each pixel [height, width]: 0 at the polygon, rising to 1 inside.

    ``margin`` is half the width of the soft border, as a share of the shorter side. A slim outline
    has a narrower border, so that its middle reaches 1 too.
    """
    padded = cv2.copyMakeBorder(outline, 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    depth = as_plane(cv2.distanceTransform(padded, cv2.DIST_L2, 3))[1:-1, 1:-1] - np.float32(1.0)
    deepest = max(float(depth.max()), 1.0)
    border = min(2.0 * margin * min(outline.shape), 28.0, 0.65 * deepest)
    return as_plane(np.clip(depth * np.float32(1.0 / border), 0.0, 1.0))


def spread_within(noise: Plane, weight: Plane, share: float, sharp: float) -> Plane:
    """Ragged spots [height, width] from 0 to 1 over ``share`` of the inside.

    Spots are where the noise is highest; there are fewer towards the border. ``sharp`` is the
    steepness of their sides per unit of noise.
    """
    raised = noise + 1.5 * weight
    step = max(1, raised.size // 4000)
    inner = raised.ravel()[::step][weight.ravel()[::step] > 0.5]
    if len(inner):
        rank = (1.0 - share) * (len(inner) - 1)
        level = float(np.interp(rank, np.arange(len(inner)), np.sort(inner)))
    else:
        level = float(raised.max()) - 0.5
    spots: Plane = np.clip((raised - level) * sharp, 0.0, 1.0) * np.minimum(2.0 * weight, 1.0)
    return spots


def row_extent(outline: Outline) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """First and last column of the outline in each line, each [height]."""
    first = np.argmax(outline, axis=1).astype(np.float32)
    last = outline.shape[1] - 1 - np.argmax(outline[:, ::-1], axis=1)
    return first, last.astype(np.float32)


def points_inside(rng: Rng, weight: Plane, count: int) -> NDArray[np.int64]:
    """Random places [count, 2] as (x, y) with a weight above 0.5, or else the maximum's place."""
    inner = np.flatnonzero(weight > 0.5)
    if not len(inner):
        inner = np.array([int(np.argmax(weight))])
    picked = rng.choice(inner, count)
    return np.stack([picked % weight.shape[1], picked // weight.shape[1]], axis=1)
