"""Whether a picture can be one of strip: a black, blown-out or frozen one tells nothing of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from edge.core.frame import Pixels
from edge.core.inspection import Cause
from edge.vision.preprocess import BLACK

_SATURATED = 250
_LIT_SHARE = 0.01
"""Fewer of the pixels lit show no strip. Of 4,040 strips of CR7 with the black band past the edge
5.5 % at least are lit, of 20 Severstal frames 15 %."""
_SATURATED_SHARE = 0.9
"""More of the lit pixels at the sensor's end show no surface. It is 57 % in the brightest picture
of NEU-Seg, 9 % in that of CR7, 2 % in that of Severstal."""
_CALM = 25
"""Pictures of strip in a row that end a trouble: one that comes and goes is told of once."""
_ROWS, _COLUMNS = 32, 200
"""At least so many lines and columns are looked at, where a picture has them."""


class FrameSanity:
    """Looks at each picture before it is inspected, and tells when trouble begins and ends.

    It looks at one pixel in 64 of a 1600×256 frame. A live sensor's noise makes no two pictures
    equal there, so equal ones are frozen: the camera or its driver gives an old picture again.

    Args:
        live: Whether the camera gives what it sees now; files may hold equal pictures.
        say: Told in one line of trouble that begins or ends.
    """

    def __init__(self, *, live: bool, say: Callable[[str], None] = lambda text: None) -> None:
        self._live = live
        self._before: NDArray[np.uint8] | None = None
        self._told: set[Cause] = set()
        """The causes told of since pictures were last of strip for a while."""
        self._pictures = 0
        self._calm = 0
        self._say = say

    def check(self, pixels: Pixels) -> tuple[Cause, str] | None:
        """Why a picture [lines, columns] uint8 is not one of strip, with one line; None if it is.

        A band of black past the strip's edge, however wide, does not make it black.
        """
        lines, columns = pixels.shape
        sample = pixels[:: max(1, lines // _ROWS), :: max(1, columns // _COLUMNS)].copy()
        found = self._judge(sample)
        if self._live:
            self._before = sample
        self._follow(found)
        return found

    def _judge(self, sample: NDArray[np.uint8]) -> tuple[Cause, str] | None:
        lit = np.count_nonzero(sample >= BLACK)
        if lit < _LIT_SHARE * sample.size:
            return Cause.BLACK, f"the picture is black, its brightest pixel {sample.max()} of 255"
        saturated = np.count_nonzero(sample >= _SATURATED)
        if saturated > _SATURATED_SHARE * lit:
            return Cause.SATURATED, f"{saturated / lit:.0%} of what is lit is at the sensor's end"
        if self._before is not None and np.array_equal(sample, self._before):
            return Cause.FROZEN, "the picture is the one before, pixel by pixel"
        return None

    def _follow(self, found: tuple[Cause, str] | None) -> None:
        if found is not None:
            cause, detail = found
            self._calm = 0
            self._pictures += 1
            if cause not in self._told:
                self._told.add(cause)
                self._say(f"{detail}: it is not inspected. {_HINTS[cause]}")
        elif self._told:
            self._calm += 1
            if self._calm == _CALM:
                self._say(f"pictures are of strip again, after {self._pictures} that were not")
                self._told.clear()
                self._pictures = self._calm = 0


_HINTS = {
    Cause.BLACK: "Is strip there, the light on, the lens free?",
    Cause.SATURATED: "Shorten the exposure, or dim the light",
    Cause.FROZEN: "If it stays so, restart the camera",
}
