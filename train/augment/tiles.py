"""What a strip may look like besides: training items moved, lit, soiled and blurred otherwise.

What every item gets is drawn at once and done in two gathers (one for where a pixel comes from, one
for its grey), so that two cores spend their time on the network. What costs more comes to a share
of the items only, one by one, through ``train.augment.conditions``. The order is that of the line:
strip, glass, lens, sensor, file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.core.frame import Pixels
from train.augment.conditions import (
    NUISANCES,
    banded,
    defocused,
    dusty,
    jpeg,
    motion_blurred,
)

_SLANT_PX = 4.0


@dataclass(frozen=True, slots=True)
class Sometimes:
    """A change that some items get.

    Attributes:
        share: Of the items, those that get it, at random.
        low: Its least strength; drawn uniformly.
        high: Its greatest.
    """

    share: float
    low: float
    high: float


NEVER = Sometimes(0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How far items are changed; every draw is uniform and of its own for each item.

    Attributes:
        flip: Mirror across and along the strip, each with probability one half. Rolling runs along
            y, and a mirrored strip is a strip.
        shift: Largest move, as a share of width and of height; the border's pixels are repeated.
            Small, because a defect may lie just inside the border.
        gain: Largest change of the light, as a share.
        offset: Largest change of the black level, as a share of full scale.
        gamma: Largest change of the camera's gamma, as a share.
        noise: Largest standard deviation of the sensor's noise, as a share of full scale.
        noise_power: An item gets so much of it as a uniform draw raised to this power.
        edge: The strip's edge at the left or the right, and black past it; its width as a share of
            the item's. The strip is narrowed to what is left rather than covered, so that no defect
            that the label names is hidden.
        sliver: The edge just past the item's border, or a pixel or two within: what an item next to
            the black shows of it, a few dark columns. In the same measure; below 0 it is outside.
        dust: Specks on the glass; how many.
        defocus: A lens out of focus; sigma in px.
        motion: Blur along y; px that the strip moves while it is exposed.
        jpeg: JPEG's damage; the quality.
        nuisances: Names in ``train.augment.conditions.NUISANCES`` that are background in the
            data set.
        nuisance_share: Of the items, those that get one of each of ``nuisances``.
    """

    flip: bool = True
    shift: float = 0.05
    gain: float = 0.2
    offset: float = 0.06
    gamma: float = 0.2
    noise: float = 0.015
    noise_power: int = 1
    edge: Sometimes = Sometimes(0.05, 0.01, 0.15)
    sliver: Sometimes = NEVER
    dust: Sometimes = Sometimes(0.1, 1, 8)
    defocus: Sometimes = Sometimes(0.1, 0.4, 2.0)
    motion: Sometimes = Sometimes(0.1, 2, 9)
    jpeg: Sometimes = Sometimes(0.1, 25, 90)
    nuisances: tuple[str, ...] = ()
    nuisance_share: float = 0.1


ROUGH = Augmentation(
    noise=0.05,
    noise_power=3,
    sliver=Sometimes(0.08, -0.02, 0.015),
    dust=Sometimes(0.2, 1, 8),
    motion=Sometimes(0.15, 2, 11),
)
"""For a line with a noisy camera, dirt and speed. A small network pays for it with accuracy on
clean strip: on CR7's val the gate lost two points, the classifier none."""


def augmented(
    images: NDArray[np.uint8], rng: np.random.Generator, how: Augmentation
) -> NDArray[np.float32]:
    """Changed copies of ``images`` [n, h, w] as network input [n, h, w, 1], float32 from 0 to 1."""
    n, height, width = images.shape
    rows = _source_indices(n, height, rng, how)
    columns = _source_indices(n, width, rng, how)
    item = np.arange(n)[:, None, None]
    moved = images[item, rows[:, :, None], columns[:, None, :]]
    _soil_and_blur(moved, rng, how)
    out = _grey_tables(n, rng, how)[item, moved]
    if how.noise:
        out += _noise(out.shape, rng, how.noise, how.noise_power)
    np.clip(out, 0.0, 1.0, out=out)
    for i, quality in _chosen(n, rng, how.jpeg):
        file = jpeg(np.rint(out[i] * 255).astype(np.uint8), round(quality))
        out[i] = file / np.float32(255)
    return out[..., None]


def _soil_and_blur(images: NDArray[np.uint8], rng: np.random.Generator, how: Augmentation) -> None:
    """In place, what lies on the strip and the glass, and what the lens does."""
    nuisance = Sometimes(how.nuisance_share, 1, 1)
    changes: list[tuple[Sometimes, Callable[[Pixels, float], Pixels]]] = [
        *((nuisance, lambda p, _, name=name: NUISANCES[name](p, rng)) for name in how.nuisances),
        (how.edge, lambda p, share: _with_edge(p, share, rng)),
        (how.sliver, lambda p, share: _with_edge(p, share, rng)),
        (how.dust, lambda p, specks: dusty(p, rng, round(specks))),
        (how.defocus, defocused),
        (how.motion, lambda p, length: motion_blurred(p, round(length))),
    ]
    for chance, change in changes:
        for i, strength in _chosen(len(images), rng, chance):
            images[i] = change(images[i], strength)


def _chosen(n: int, rng: np.random.Generator, chance: Sometimes) -> Iterator[tuple[int, float]]:
    """Which of ``n`` items get a change, and how strong."""
    for i in np.flatnonzero(rng.random(n) < chance.share):
        yield int(i), float(rng.uniform(chance.low, chance.high))


def _with_edge(pixels: Pixels, share: float, rng: np.random.Generator) -> Pixels:
    """The strip narrowed to make room for black over a share of the width, if it is above 0."""
    height, width = pixels.shape
    px = round(share * width)
    black = max(px, 0)
    strip = cv2.resize(pixels, (width - black, height), interpolation=cv2.INTER_AREA)
    left = rng.random() < 0.5
    wide = cv2.copyMakeBorder(
        strip, 0, 0, black if left else 0, 0 if left else black, cv2.BORDER_REPLICATE
    )
    slant = float(rng.uniform(-_SLANT_PX, _SLANT_PX))
    return banded(np.asarray(wide, np.uint8), px, "left" if left else "right", slant)


def _source_indices(
    n: int, length: int, rng: np.random.Generator, how: Augmentation
) -> NDArray[np.intp]:
    """Where each row (or column) of each item is read from, [n, length]."""
    most = round(how.shift * length)
    moves = rng.integers(-most, most, size=n, endpoint=True)
    indices = np.clip(np.arange(length) + moves[:, None], 0, length - 1)
    if how.flip:
        flipped = rng.random(n) < 0.5
        indices[flipped] = indices[flipped, ::-1]
    return indices


def _grey_tables(n: int, rng: np.random.Generator, how: Augmentation) -> NDArray[np.float32]:
    """What each of the 256 greys becomes in each item, [n, 256]."""
    gain = 1 + rng.uniform(-how.gain, how.gain, size=(n, 1))
    offset = rng.uniform(-how.offset, how.offset, size=(n, 1))
    gamma = 1 + rng.uniform(-how.gamma, how.gamma, size=(n, 1))
    greys = np.arange(256) / 255.0
    return (gain * greys**gamma + offset).astype(np.float32)


def _noise(
    shape: tuple[int, ...], rng: np.random.Generator, most: float, power: int
) -> NDArray[np.float32]:
    """Normal noise of a strength of its own in each item."""
    strength = (most * rng.random((shape[0], 1, 1)) ** power).astype(np.float32)
    # One item's noise, rolled: drawing a batch of normals costs more than all the rest.
    bank = rng.standard_normal(2 * shape[1] * shape[2], dtype=np.float32)
    starts = rng.integers(0, shape[1] * shape[2], size=shape[0])
    return np.stack([bank[s : s + shape[1] * shape[2]] for s in starts]).reshape(shape) * strength
