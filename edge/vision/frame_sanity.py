"""Detects black, saturated and frozen pictures, which do not show the strip."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from edge.core.frame import Pixels
from edge.core.inspection import Cause
from edge.vision.preprocess import BLACK

_SATURATED = 250
_LIT_SHARE = 0.01
"""A picture with a smaller share of lit pixels is black. The smallest share in 4,040 strips of CR7,
which show the black band past the edge, is 5.5 %; in 20 Severstal frames it is 15 %."""
_SATURATED_SHARE = 0.9
"""A picture with a larger share of saturated pixels among the lit ones is saturated. The largest
share is 57 % in NEU-Seg, 9 % in CR7 and 2 % in Severstal."""
_GOOD_IN_A_ROW = 25
"""Consecutive good pictures that end a fault, so that an intermittent fault is reported once."""
_ROWS, _COLUMNS = 32, 200
"""Fewest lines and columns in the sample, if the picture has as many."""


class FrameSanity:
    """Checks each picture before inspection, and reports when a fault begins and ends.

    It samples one pixel in 64 of a 1600×256 frame. Because of sensor noise no two live pictures
    have equal samples, so an equal sample means a frozen picture: the camera or its driver has
    delivered an old one again.

    Args:
        live: Whether the pictures come from a live camera; files may hold equal pictures.
        say: Called with one line when a fault begins or ends.
    """

    def __init__(self, *, live: bool, say: Callable[[str], None] = lambda text: None) -> None:
        self._live = live
        self._before: NDArray[np.uint8] | None = None
        self._reported: set[Cause] = set()
        """The causes that were reported since the pictures were last good."""
        self._bad_pictures = 0
        self._good_in_a_row = 0
        self._say = say

    def check(self, pixels: Pixels) -> tuple[Cause, str] | None:
        """The fault of a picture [lines, columns] uint8 and one line about it; None if it is good.

        A black band past the strip's edge, of any width, does not make a picture black.
        """
        lines, columns = pixels.shape
        sample = pixels[:: max(1, lines // _ROWS), :: max(1, columns // _COLUMNS)].copy()
        fault = self._fault(sample)
        if self._live:
            self._before = sample
        self._report(fault)
        return fault

    def _fault(self, sample: NDArray[np.uint8]) -> tuple[Cause, str] | None:
        lit = np.count_nonzero(sample >= BLACK)
        if lit < _LIT_SHARE * sample.size:
            return Cause.BLACK, f"the picture is black, its brightest pixel {sample.max()} of 255"
        saturated = np.count_nonzero(sample >= _SATURATED)
        if saturated > _SATURATED_SHARE * lit:
            return Cause.SATURATED, f"{saturated / lit:.0%} of the lit pixels are saturated"
        if self._before is not None and np.array_equal(sample, self._before):
            return Cause.FROZEN, "the picture is identical to the one before"
        return None

    def _report(self, fault: tuple[Cause, str] | None) -> None:
        if fault is not None:
            cause, detail = fault
            self._good_in_a_row = 0
            self._bad_pictures += 1
            if cause not in self._reported:
                self._reported.add(cause)
                self._say(f"{detail}: it is not inspected. {_HINTS[cause]}")
        elif self._reported:
            self._good_in_a_row += 1
            if self._good_in_a_row == _GOOD_IN_A_ROW:
                self._say(f"pictures show strip again, after {self._bad_pictures} that did not")
                self._reported.clear()
                self._bad_pictures = self._good_in_a_row = 0


_HINTS = {
    Cause.BLACK: "Check that there is strip, the light is on and the lens is free",
    Cause.SATURATED: "Shorten the exposure, or dim the light",
    Cause.FROZEN: "If this continues, restart the camera",
}
