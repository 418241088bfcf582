"""Class 3: scratches, streaks, slivers, smudges and other flaws anywhere on the strip."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from edge.simulator.noise import NoiseSheets, as_plane, window
from edge.simulator.outline import Outline, inside_weight, row_extent, spread_within
from edge.simulator.relief import shade
from edge.simulator.stamp import Stamp, make_stamp
from edge.simulator.strokes import draw_stroke, softened, stroke_canvas, wandering

Rng = np.random.Generator
Change = tuple[npt.ArrayLike, npt.ArrayLike | None]
"""Factor and added grey levels of a stamp, each [height, width]."""


def choose_flaw(rng: Rng, height: int, width: int) -> str:
    """A random kind of flaw that fits an object of this size: lines are tall, smudges large."""
    if height > 3.5 * width:
        shares = {"lines": 0.66, "slivers": 0.2, "rubbed": 0.14}
    elif width > 3 * height:
        shares = {"arc": 0.5, "dotted": 0.2, "rubbed": 0.15, "smudge": 0.15}
    elif width > 150:
        shares = {"lines": 0.4, "smudge": 0.25, "dotted": 0.2, "rubbed": 0.15}
    else:
        shares = {"dotted": 0.26, "slivers": 0.28, "rubbed": 0.2, "smudge": 0.14, "lines": 0.12}
    return str(rng.choice(list(shares), p=list(shares.values())))


def draw_scratches(
    rng: Rng, sheets: NoiseSheets, outline: Outline, visible: float, flaw: str
) -> Stamp:
    """A flaw of a kind from ``choose_flaw`` within the outline; ``visible`` scales contrast."""
    gain, glow = _FLAWS[flaw](rng, sheets, outline, visible)
    return make_stamp(gain, glow, outline)


def _lines(rng: Rng, sheets: NoiseSheets, outline: Outline, visible: float) -> Change:
    height, width = outline.shape
    first, last = row_extent(outline)
    dark, bright = stroke_canvas(height, width), stroke_canvas(height, width)
    slim, lean = height > 2.2 * width, float(rng.normal(0.0, 0.03))
    count = 1 + int(rng.poisson(width / float(rng.uniform(18.0, 45.0))))
    for _ in range(min(count, 40)):
        whole = rng.random() < 0.6
        y0 = 0.0 if whole else float(rng.uniform(0.0, 0.4)) * height
        y1 = height - 1.0 if whole else float(rng.uniform(0.55, 1.0)) * (height - 1)
        y = np.linspace(y0, y1, max(3, int((y1 - y0) / 14)))
        row = y.astype(int)
        place = float(rng.uniform(0.2, 0.8) if slim else rng.uniform(0.04, 0.96))
        if slim:
            share = np.clip(place + wandering(rng, len(y), 0.4 / max(width, 12)), 0.1, 0.9)
            x = first[row] + share * (last[row] - first[row])
        else:
            x = width * place + lean * (y - height / 2)
        shiny = rng.random() < 0.12
        thickness = 1 if shiny else int(rng.choice((1, 2, 3, 4), p=(0.46, 0.3, 0.16, 0.08)))
        draw_stroke(
            rng,
            bright if shiny else dark,
            x,
            y,
            strength=float(rng.uniform(0.35, 1.0)),
            thickness=thickness,
            uneven=0.3,
            gaps=float(rng.choice((0.0, 0.2), p=(0.75, 0.25))),
        )
    blur = float(rng.uniform(0.5, 1.2))
    depth = visible * float(rng.uniform(0.3, 0.75))
    worn = 1.0 + 0.25 * window(rng, sheets.dash, height, width)
    if not slim:
        worn = worn * np.minimum(inside_weight(outline, 0.2) * 1.5, 1.0)
    gain = 1.0 - depth * softened(dark, blur) * worn
    if rng.random() < 0.25:
        gain -= 0.12 * visible * inside_weight(outline, 0.3)
    glow = softened(bright, blur) * (visible * float(rng.uniform(25.0, 90.0)))
    return np.clip(gain, 0.1, 1.5), glow


def _arc(rng: Rng, sheets: NoiseSheets, outline: Outline, visible: float) -> Change:
    height, width = outline.shape
    canvas = stroke_canvas(height, width)
    for _ in range(1 + int(rng.poisson(0.5))):
        x = np.linspace(0.06, 0.94, max(4, width // 9)) * width
        weights = np.maximum(outline.sum(axis=0, dtype=np.float64), 1.0)
        lines = np.arange(height, dtype=np.float64)
        middle = (lines @ outline) / weights
        column = x.astype(int)
        y = middle[column] + wandering(rng, len(x), 0.12 * height)
        y += float(rng.normal(0.0, 0.12)) * height * np.sin(np.pi * x / width)
        draw_stroke(rng, canvas, x, y, strength=0.8, thickness=int(rng.integers(1, 3)), gaps=0.1)
    line = softened(canvas, float(rng.uniform(0.6, 1.1)))
    line *= np.clip(1.0 + 0.5 * window(rng, sheets.cloud, height, width), 0.0, 1.5)
    glow = shade(line * -2.0) * (visible * float(rng.uniform(20.0, 80.0)))
    return np.maximum(1.0 - visible * float(rng.uniform(0.1, 0.6)) * line, 0.2), glow


def _slivers(rng: Rng, sheets: NoiseSheets, outline: Outline, visible: float) -> Change:
    height, width = outline.shape
    weight = inside_weight(outline, 0.2)
    noise = window(rng, sheets.mottle, height, width) * np.float32(0.7)
    noise += 0.7 * window(rng, sheets.cloud, height, width)
    torn = spread_within(noise, weight, float(rng.uniform(0.06, 0.3)), 1.8)
    gain = 1.0 - visible * float(rng.uniform(0.25, 0.65)) * torn
    slopes = shade(cv2.blur(torn, (3, 3)) * -1.6, across=float(rng.normal(0.0, 0.5)))
    slopes *= np.clip(1.0 + 0.7 * window(rng, sheets.dash, height, width), 0.2, 2.5)
    return gain, np.maximum(slopes, -0.3) * (visible * float(rng.uniform(40.0, 130.0)))


def _smudge(rng: Rng, sheets: NoiseSheets, outline: Outline, visible: float) -> Change:
    height, width = outline.shape
    weight = inside_weight(outline, 0.3)
    ripple = window(rng, sheets.ripple, height, width)
    noise = as_plane(
        cv2.addWeighted(
            window(rng, sheets.streak, height, width),
            0.7,
            ripple,
            float(rng.uniform(0.2, 0.8)),
            0.0,
        )
    )
    noise += 0.6 * window(rng, sheets.mottle, height, width)
    dirt = spread_within(noise, weight, float(rng.uniform(0.08, 0.5)), float(rng.uniform(0.7, 2)))
    return 1.0 - visible * float(rng.uniform(0.2, 0.75)) * dirt, None


def _dotted(rng: Rng, sheets: NoiseSheets, outline: Outline, visible: float) -> Change:
    height, width = outline.shape
    weight = inside_weight(outline, 0.25)
    mottle = window(rng, sheets.mottle, height, width)
    blotch = spread_within(mottle, weight, float(rng.uniform(0.3, 0.9)), 0.8)
    dots = np.maximum(window(rng, sheets.dash, height, width) - 0.2, 0.0)
    dots += 0.6 * np.maximum(window(rng, sheets.cloud, height, width), 0.0)
    dots *= blotch
    gain = 1.0 - visible * (float(rng.uniform(0.12, 0.4)) * dots + 0.12 * blotch)
    specks = np.maximum(window(rng, sheets.grain, height, width) - 1.4, 0.0) * blotch
    return np.clip(gain, 0.2, 1.0), specks * (visible * float(rng.choice((0.0, 40.0, 90.0))))


def _rubbed(rng: Rng, sheets: NoiseSheets, outline: Outline, visible: float) -> Change:
    height, width = outline.shape
    weight = inside_weight(outline, 0.25)
    mottle = window(rng, sheets.mottle, height, width)
    bare = spread_within(mottle, weight, float(rng.uniform(0.2, 0.7)), 1.0)
    marks = np.maximum(window(rng, sheets.dash, height, width) + 0.3, 0.0) * bare
    marks += 0.5 * np.maximum(window(rng, sheets.grain, height, width) - 0.5, 0.0) * bare
    return np.ones_like(weight), marks * (visible * float(rng.uniform(15.0, 75.0)))


_FLAWS = {
    "arc": _arc,
    "lines": _lines,
    "slivers": _slivers,
    "smudge": _smudge,
    "dotted": _dotted,
    "rubbed": _rubbed,
}
