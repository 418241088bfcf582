"""The conditions of the robustness test, and samples changed by a condition."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

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
"""Changes a decoded image, given a random generator specific to the image."""

_PX_PER_SPECK = 5_000

_DIRT = 7
"""Seed of the specks on the glass, which are at the same places in every image."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition at the line.

    Attributes:
        name: Name in the table.
        change: Its effect on an image.
        allowed: Largest allowed loss of accuracy, in points.
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
    """A sample changed by a condition; its labels are unchanged.

    Attributes:
        sample: The original; it may be of another type, such as a mosaic.
        change: The change of its pixels.
    """

    sample: Sample = field(kw_only=True)
    change: Change = field(kw_only=True)

    def read(self) -> Pixels:
        """The changed pixels of the sample; the same at each call."""
        own = np.random.default_rng(zlib.crc32(self.name.encode()))
        return self.change(self.sample.read(), own)


def under(sample: Sample, change: Change) -> Under:
    """The sample with a change."""
    s = sample
    return Under(
        s.path,
        s.width,
        s.height,
        s.instances,
        s.group,
        s.split,
        s.place,
        s.ignored,
        sample=s,
        change=change,
    )
