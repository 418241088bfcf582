"""Augmentation of training items: geometry, lighting, dirt, blur, noise and compression.

Changes that every item gets are drawn together and applied in two gathers (pixel positions, then
grey values), so that the cores are free for the network. Costlier changes apply to a share of the
items only, one by one, through ``train.augment.conditions``. The order is the physical one: strip,
glass, lens, sensor, file.
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
    defocused,
    jpeg,
    motion_blurred,
    with_dust,
    with_strip_edge,
)

_SLANT_PX = 4.0


@dataclass(frozen=True, slots=True)
class RandomChange:
    """A random change that a share of the items gets.

    Attributes:
        share: Probability that an item gets it.
        low: Smallest strength; the strength is uniform.
        high: Largest strength.
    """

    share: float
    low: float
    high: float


NEVER = RandomChange(0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Augmentation:
    """Strengths of the augmentation; all draws are uniform and independent for each item.

    Attributes:
        flip: Mirror across and along the strip, each with probability one half. Rolling marks run
            along y, so a mirrored strip is still a valid strip.
        shift: Largest shift, as a share of width and of height; the border's pixels are repeated.
            Keep it small, because a defect may lie just inside the border.
        gain: Largest relative change of brightness.
        offset: Largest change of the black level, as a share of full scale.
        gamma: Largest relative change of gamma.
        noise: Largest standard deviation of sensor noise, as a share of full scale.
        noise_power: An item's noise is ``noise`` times a uniform draw raised to this power.
        edge: The strip's edge on the left or right, with black beyond it; the strength is the black
            width as a share of the item's width. The strip is compressed into the rest rather than
            covered, so that no labelled defect is hidden.
        sliver: The strip's edge within a few pixels of the item's border, as in a tile next to the
            black: a few dark columns. Same measure; below 0 it lies outside the item.
        dust: Dust on the lens; the strength is the number of specks.
        defocus: Defocus; sigma in px.
        motion: Motion blur along y; length in px.
        jpeg: JPEG compression; the quality.
        nuisances: Names in ``train.augment.conditions.NUISANCES`` that are background in the
            data set.
        nuisance_share: Probability of each of ``nuisances`` for an item.
    """

    flip: bool = True
    shift: float = 0.05
    gain: float = 0.2
    offset: float = 0.06
    gamma: float = 0.2
    noise: float = 0.015
    noise_power: int = 1
    edge: RandomChange = RandomChange(0.05, 0.01, 0.15)
    sliver: RandomChange = NEVER
    dust: RandomChange = RandomChange(0.1, 1, 8)
    defocus: RandomChange = RandomChange(0.1, 0.4, 2.0)
    motion: RandomChange = RandomChange(0.1, 2, 9)
    jpeg: RandomChange = RandomChange(0.1, 25, 90)
    nuisances: tuple[str, ...] = ()
    nuisance_share: float = 0.1


ROUGH = Augmentation(
    noise=0.05,
    noise_power=3,
    sliver=RandomChange(0.08, -0.02, 0.015),
    dust=RandomChange(0.2, 1, 8),
    motion=RandomChange(0.15, 2, 11),
)
"""For a line with a noisy camera, dirt and high speed. A small network loses accuracy on clean
strip: on CR7's val the gate lost two points, the classifier none."""


def augmented(
    images: NDArray[np.uint8], rng: np.random.Generator, config: Augmentation
) -> NDArray[np.float32]:
    """Changed copies of ``images`` [n, h, w] as network input [n, h, w, 1], float32 from 0 to 1."""
    n, height, width = images.shape
    rows = _source_indices(n, height, rng, config)
    columns = _source_indices(n, width, rng, config)
    item = np.arange(n)[:, None, None]
    moved = images[item, rows[:, :, None], columns[:, None, :]]
    _soil_and_blur(moved, rng, config)
    out = _grey_tables(n, rng, config)[item, moved]
    if config.noise:
        out += _noise(out.shape, rng, config.noise, config.noise_power)
    np.clip(out, 0.0, 1.0, out=out)
    for i, quality in _chosen(n, rng, config.jpeg):
        file = jpeg(np.rint(out[i] * 255).astype(np.uint8), round(quality))
        out[i] = file / np.float32(255)
    return out[..., None]


def _soil_and_blur(
    images: NDArray[np.uint8], rng: np.random.Generator, config: Augmentation
) -> None:
    """Apply, in place, what affects the strip, the glass and the lens."""
    nuisance = RandomChange(config.nuisance_share, 1, 1)
    changes: list[tuple[RandomChange, Callable[[Pixels, float], Pixels]]] = [
        *((nuisance, lambda p, _, name=name: NUISANCES[name](p, rng)) for name in config.nuisances),
        (config.edge, lambda p, share: _with_edge(p, share, rng)),
        (config.sliver, lambda p, share: _with_edge(p, share, rng)),
        (config.dust, lambda p, specks: with_dust(p, rng, round(specks))),
        (config.defocus, defocused),
        (config.motion, lambda p, length: motion_blurred(p, round(length))),
    ]
    for chance, change in changes:
        for i, strength in _chosen(len(images), rng, chance):
            images[i] = change(images[i], strength)


def _chosen(n: int, rng: np.random.Generator, chance: RandomChange) -> Iterator[tuple[int, float]]:
    """The items (of ``n``) that get a change, each with its strength."""
    for i in np.flatnonzero(rng.random(n) < chance.share):
        yield int(i), float(rng.uniform(chance.low, chance.high))


def _with_edge(pixels: Pixels, share: float, rng: np.random.Generator) -> Pixels:
    """Compress the strip and add a black margin of ``share`` of the width, if that is above 0."""
    height, width = pixels.shape
    px = round(share * width)
    black = max(px, 0)
    strip = cv2.resize(pixels, (width - black, height), interpolation=cv2.INTER_AREA)
    left = rng.random() < 0.5
    wide = cv2.copyMakeBorder(
        strip, 0, 0, black if left else 0, 0 if left else black, cv2.BORDER_REPLICATE
    )
    slant = float(rng.uniform(-_SLANT_PX, _SLANT_PX))
    return with_strip_edge(np.asarray(wide, np.uint8), px, "left" if left else "right", slant)


def _source_indices(
    n: int, length: int, rng: np.random.Generator, config: Augmentation
) -> NDArray[np.intp]:
    """Source row (or column) of each output row (or column) of each item, [n, length]."""
    max_shift = round(config.shift * length)
    moves = rng.integers(-max_shift, max_shift, size=n, endpoint=True)
    indices = np.clip(np.arange(length) + moves[:, None], 0, length - 1)
    if config.flip:
        flipped = rng.random(n) < 0.5
        indices[flipped] = indices[flipped, ::-1]
    return indices


def _grey_tables(n: int, rng: np.random.Generator, config: Augmentation) -> NDArray[np.float32]:
    """Grey-value lookup table of each item, [n, 256]."""
    gain = 1 + rng.uniform(-config.gain, config.gain, size=(n, 1))
    offset = rng.uniform(-config.offset, config.offset, size=(n, 1))
    gamma = 1 + rng.uniform(-config.gamma, config.gamma, size=(n, 1))
    greys = np.arange(256) / 255.0
    return (gain * greys**gamma + offset).astype(np.float32)


def _noise(
    shape: tuple[int, ...], rng: np.random.Generator, max_std: float, power: int
) -> NDArray[np.float32]:
    """Gaussian noise, with a standard deviation of its own for each item."""
    strength = (max_std * rng.random((shape[0], 1, 1)) ** power).astype(np.float32)
    # Shifted windows of one noise bank: drawing normals for a whole batch costs more than the rest.
    bank = rng.standard_normal(2 * shape[1] * shape[2], dtype=np.float32)
    starts = rng.integers(0, shape[1] * shape[2], size=shape[0])
    return np.stack([bank[s : s + shape[1] * shape[2]] for s in starts]).reshape(shape) * strength
