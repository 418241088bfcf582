"""A stamp: the effect of one defect or nuisance, applied to the surface at a place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edge.core.rle import Mask
from edge.simulator.noise import Plane, as_plane


@dataclass(frozen=True, slots=True)
class Stamp:
    """The effect of a defect or nuisance on the strip's brightness.

    Attributes:
        gain: Factor on the surface [height, width]; 1 changes nothing.
        glow: Grey levels added after that [height, width]; None adds nothing.
        mask: Annotator's mask [height, width]; None for a nuisance.
    """

    gain: Plane
    glow: Plane | None = None
    mask: Mask | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Lines and columns."""
        return self.gain.shape[0], self.gain.shape[1]


def make_stamp(
    gain: npt.ArrayLike, glow: npt.ArrayLike | None, outline: npt.ArrayLike | None = None
) -> Stamp:
    """Make a stamp from arrays of any float dtype; the mask is where ``outline`` is not 0."""
    return Stamp(
        as_plane(gain),
        None if glow is None else as_plane(glow),
        None if outline is None else np.asarray(outline, dtype=np.bool_),
    )


def lay(surface: Plane, stamp: Stamp, top: int, left: int) -> None:
    """Apply a stamp to a surface in place; parts outside of it are cut off."""
    height, width = stamp.shape
    y0, x0 = max(top, 0), max(left, 0)
    y1, x1 = min(top + height, surface.shape[0]), min(left + width, surface.shape[1])
    if y0 >= y1 or x0 >= x1:
        return
    part = np.s_[y0 - top : y1 - top, x0 - left : x1 - left]
    view = surface[y0:y1, x0:x1]
    view *= stamp.gain[part]
    if stamp.glow is not None:
        view += stamp.glow[part]
