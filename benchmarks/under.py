"""The conditions at the line that a bundle is held against, and samples as they are under one."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from edge.core.frame import Pixels
from train.augment.conditions import (
    defocused,
    jpeg,
    motion_blurred,
    shifted,
    with_brightness,
    with_dust,
    with_noise,
)
from train.data.sample import Sample

Change = Callable[[Pixels, np.random.Generator], Pixels]
"""Gets the decoded image and a generator of the image's own."""

_PX_PER_SPECK = 5_000

_DIRT = 7
"""Seed of the specks on the glass, which lie on the same places in every image."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition at the line.

    Attributes:
        name: As the table calls it.
        change: What it does to an image.
        allowed: Points of accuracy that it may cost.
    """

    name: str
    change: Change
    allowed: float = 5.0


CONDITIONS = (
    Condition("brightness −40 %", lambda p, _: with_brightness(p, gain=-0.4)),
    Condition("brightness −20 %", lambda p, _: with_brightness(p, gain=-0.2), allowed=1.0),
    Condition("brightness +20 %", lambda p, _: with_brightness(p, gain=0.2), allowed=1.0),
    Condition("brightness +40 %", lambda p, _: with_brightness(p, gain=0.4)),
    Condition("motion blur 5 px", lambda p, _: motion_blurred(p, 5)),
    Condition("motion blur 9 px", lambda p, _: motion_blurred(p, 9)),
    Condition("defocus, sigma 1 px", lambda p, _: defocused(p, 1.0)),
    Condition("defocus, sigma 2 px", lambda p, _: defocused(p, 2.0)),
    Condition("noise 2 %", lambda p, rng: with_noise(p, rng, 0.02)),
    Condition("noise 4 %", lambda p, rng: with_noise(p, rng, 0.04)),
    Condition("JPEG 30", lambda p, _: jpeg(p, 30)),
    Condition("shift 3 px", lambda p, _: shifted(p, 3, 3)),
    Condition(
        "dust, a speck in 5,000 px",
        lambda p, _: with_dust(p, np.random.default_rng(_DIRT), round(p.size / _PX_PER_SPECK)),
    ),
)


@dataclass(frozen=True, slots=True)
class Under(Sample):
    """A sample as it is under a condition; its labels stay.

    Attributes:
        sample: As it was; it may be of another kind, such as a mosaic.
        change: What is done to its pixels.
    """

    sample: Sample
    change: Change

    def read(self) -> Pixels:
        """As the sample's own, changed; the same each time."""
        own = np.random.default_rng(zlib.crc32(self.name.encode()))
        return self.change(self.sample.read(), own)


def under(sample: Sample, change: Change) -> Under:
    """The sample as it is after a change."""
    s = sample
    return Under(s.path, s.width, s.height, s.instances, s.group, s.split, s, change)
