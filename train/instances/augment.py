"""Augmentation of training windows: random views, and changes of appearance.

Lighting, dirt, lens, sensor and file are those of ``train.augment.tiles``. Geometric changes are
drawn here, because boxes and masks must move with the pixels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from train.augment.tiles import (
    NEVER,
    ROUGH,
    RandomChange,
)
from train.instances.views import WindowView

_STRIP = ROUGH

APPEARANCE = replace(_STRIP, flip=False, shift=0.0, edge=NEVER, sliver=NEVER)
"""All augmentation of ``train.augment.tiles`` that moves no pixel."""

_SLANT_PX = 4.0
_ZOOM = RandomChange(0.5, 0.8, 1.25)


@dataclass(frozen=True, slots=True)
class Moves:
    """Strengths of the geometric augmentation; every draw is uniform.

    Attributes:
        flip: Mirror across and along the strip, each with probability one half.
        shift: How far a window may reach beyond its frame, as a share of its width and height.
        zoom: Random scale; windows without it keep the frame's scale, so their pixels are not
            softened by interpolation.
        stretch: Largest change of the aspect ratio of zoomed windows.
        edge: The strip's edge in view; see ``train.augment.tiles.Augmentation``.
        sliver: The strip's edge at the window's border; likewise.
    """

    flip: bool = True
    shift: float = 0.05
    zoom: RandomChange = _ZOOM
    stretch: float = 0.1
    edge: RandomChange = _STRIP.edge
    sliver: RandomChange = _STRIP.sliver


NO_MOVES = Moves(flip=False, shift=0.0, zoom=NEVER, stretch=0.0, edge=NEVER, sliver=NEVER)
"""No geometric augmentation; windows still have random positions."""


def draw_view(
    frame: tuple[int, int],
    window: tuple[int, int],
    keep: tuple[float, float, float, float] | None,
    moves: Moves,
    rng: np.random.Generator,
) -> WindowView:
    """A random window of a frame.

    Args:
        frame: Width and height in px.
        window: Width and height in px of the network's input.
        keep: Corners of a defect that must be sufficiently visible; None: any position.
        moves: Strengths of the augmentation.
        rng: Source of randomness.
    """
    zoom = (1.0, 1.0)
    if rng.random() < moves.zoom.share:
        scale = np.exp(rng.uniform(np.log(moves.zoom.low), np.log(moves.zoom.high)))
        ratio = 1 + rng.uniform(-moves.stretch, moves.stretch)
        zoom = (float(scale * np.sqrt(ratio)), float(scale / np.sqrt(ratio)))
    start = []
    for axis in (0, 1):
        span = None if keep is None else (keep[axis], keep[axis + 2])
        start.append(_start(frame[axis], window[axis] / zoom[axis], span, moves.shift, rng))
    if zoom == (1.0, 1.0):
        start = [float(np.rint(s)) for s in start]
    across, along = (moves.flip and bool(rng.random() < 0.5) for _ in range(2))
    view = WindowView(window, (start[0], start[1]), zoom, (across, along))
    for chance in (moves.edge, moves.sliver):
        if rng.random() < chance.share:
            px = round(float(rng.uniform(chance.low, chance.high)) * window[0])
            side = {"left": px} if rng.random() < 0.5 else {"right": px}
            slant = float(rng.uniform(-_SLANT_PX, _SLANT_PX))
            return replace(view, **side, slant=slant)
    return view


def _start(
    length: int,
    view: float,
    keep: tuple[float, float] | None,
    shift: float,
    rng: np.random.Generator,
) -> float:
    """Start of a view of ``view`` px along an axis of ``length`` px."""
    past = shift * view
    first, last = min(0.0, length - view) - past, max(0.0, length - view) + past
    if keep is not None:
        # Choose a point in the defect's middle, so that three tenths of it lie on either side.
        low, high = keep
        point = rng.uniform(low + 0.3 * (high - low), high - 0.3 * (high - low))
        first, last = max(first, point - view), min(last, point)
    return float(rng.uniform(first, last))
