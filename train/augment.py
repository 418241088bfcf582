"""What a strip may look like besides: training items flipped, shifted, lit and exposed otherwise.

Everything that a batch needs is drawn at once and done in two gathers (one for where a pixel comes
from, one for its grey), so that two cores spend their time on the network.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


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
    """

    flip: bool = True
    shift: float = 0.05
    gain: float = 0.2
    offset: float = 0.06
    gamma: float = 0.2
    noise: float = 0.015


def augmented(
    images: NDArray[np.uint8], rng: np.random.Generator, how: Augmentation
) -> NDArray[np.float32]:
    """Changed copies of ``images`` [n, h, w] as network input [n, h, w, 1], float32 from 0 to 1."""
    n, height, width = images.shape
    rows = _source_indices(n, height, rng, how)
    columns = _source_indices(n, width, rng, how)
    item = np.arange(n)[:, None, None]
    moved = images[item, rows[:, :, None], columns[:, None, :]]
    out = _grey_tables(n, rng, how)[item, moved]
    if how.noise:
        out += _noise(out.shape, rng, how.noise)
    return np.clip(out, 0.0, 1.0, out=out)[..., None]


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


def _noise(shape: tuple[int, ...], rng: np.random.Generator, most: float) -> NDArray[np.float32]:
    """Normal noise of a strength of its own in each item."""
    strength = rng.uniform(0, most, size=(shape[0], 1, 1)).astype(np.float32)
    # One item's noise, rolled: drawing a batch of normals costs more than all the rest.
    bank = rng.standard_normal(2 * shape[1] * shape[2], dtype=np.float32)
    starts = rng.integers(0, shape[1] * shape[2], size=shape[0])
    return np.stack([bank[s : s + shape[1] * shape[2]] for s in starts]).reshape(shape) * strength
