"""How training windows differ from their frames: where they lie, and how the strip looks.

Light, dirt, lens, sensor and file are those of ``train.augment.tiles``. What moves pixels is drawn
here, since boxes and masks must move with them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from train.augment.tiles import (
    NEVER,
    ROUGH,
    Sometimes,
)
from train.instances.views import WindowView

_STRIP = ROUGH

LOOKS = replace(_STRIP, flip=False, shift=0.0, edge=NEVER, sliver=NEVER)
"""All of ``train.augment.tiles`` that leaves every pixel where it is."""

_SLANT_PX = 4.0
_ZOOM = Sometimes(0.5, 0.8, 1.25)


@dataclass(frozen=True, slots=True)
class Moves:
    """How far windows are moved and changed; every draw is uniform.

    Attributes:
        flip: Mirror across and along the strip, each with probability one half.
        shift: How far a window may reach past its frame, as a share of its width and height.
        zoom: The scale; those without it keep the frame's own, whose pixels no interpolation has
            softened.
        stretch: Largest change of the ratio of width to height in those that are zoomed.
        edge: The strip's edge in view and black past it; see ``train.augment.tiles.Augmentation``.
        sliver: The edge at the window's border; likewise.
    """

    flip: bool = True
    shift: float = 0.05
    zoom: Sometimes = _ZOOM
    stretch: float = 0.1
    edge: Sometimes = _STRIP.edge
    sliver: Sometimes = _STRIP.sliver


STILL = Moves(flip=False, shift=0.0, zoom=NEVER, stretch=0.0, edge=NEVER, sliver=NEVER)
"""Windows of the frame as it is, wherever they lie."""


def draw_view(
    frame: tuple[int, int],
    window: tuple[int, int],
    keep: tuple[float, float, float, float] | None,
    how: Moves,
    rng: np.random.Generator,
) -> WindowView:
    """A window at a random place of its frame.

    Args:
        frame: Width and height in px.
        window: Likewise, as the network sees it.
        keep: Corners of a defect that the window must show enough of; None for any place.
        how: How far it may be moved.
        rng: Draws all of it.
    """
    zoom = (1.0, 1.0)
    if rng.random() < how.zoom.share:
        scale = np.exp(rng.uniform(np.log(how.zoom.low), np.log(how.zoom.high)))
        ratio = 1 + rng.uniform(-how.stretch, how.stretch)
        zoom = (float(scale * np.sqrt(ratio)), float(scale / np.sqrt(ratio)))
    start = []
    for axis in (0, 1):
        span = None if keep is None else (keep[axis], keep[axis + 2])
        start.append(_start(frame[axis], window[axis] / zoom[axis], span, how.shift, rng))
    if zoom == (1.0, 1.0):
        start = [float(np.rint(s)) for s in start]
    across, along = (how.flip and bool(rng.random() < 0.5) for _ in range(2))
    view = WindowView(window, (start[0], start[1]), zoom, (across, along))
    for chance in (how.edge, how.sliver):
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
    """Where a view of ``view`` px begins along an axis of ``length`` px."""
    past = shift * view
    first, last = min(0.0, length - view) - past, max(0.0, length - view) + past
    if keep is not None:
        # A point of its middle, so that three tenths of it lie to either side.
        low, high = keep
        point = rng.uniform(low + 0.3 * (high - low), high - 0.3 * (high - low))
        first, last = max(first, point - view), min(last, point)
    return float(rng.uniform(first, last))
