"""A stretch of defect-free strip for the live camera, prepared in small steps."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from edge.core.frame import Pixels
from edge.simulator.defect_layout import plan_band
from edge.simulator.light import Band, expose, uneven_light
from edge.simulator.noise import NoiseSheets, window
from edge.simulator.nuisances import NUISANCES
from edge.simulator.stamp import lay
from edge.simulator.texture import draw_texture

Rng = np.random.Generator


class Backdrop:
    """Strip [1.5 · lines, columns] that repeats endlessly; every second pass is mirrored.

    ``prepare`` works in small steps, so that a live camera can do one between two frames.

    Args:
        rng: Random generator of the stretch; nothing else may use it until ``prepare`` has ended.
        sheets: Noise, at least as large as the stretch.
        lines: Lines of a frame.
        columns: Columns of the stretch, a few more than those of a frame.
    """

    def __init__(self, rng: Rng, sheets: NoiseSheets, lines: int, columns: int) -> None:
        self._rng = rng
        self._sheets = sheets
        self._lines = lines
        self._columns = columns
        self._pixels: Pixels | None = None
        self.band = Band(0, True)
        self._stretch = stretch_lines(lines)
        self.period = 2 * self._stretch

    def prepare(self) -> Iterator[None]:
        """Draw the stretch; yields between steps of a few milliseconds."""
        rng, sheets = self._rng, self._sheets
        lines, columns = self._stretch, self._columns
        self.band = plan_band(rng, None, columns)
        surface = draw_texture(rng, sheets, lines, columns)
        yield
        cv2.multiply(surface, uneven_light(rng, lines, columns), dst=surface)
        yield
        if rng.random() < NUISANCES["tread"].share:
            lay(surface, NUISANCES["tread"].draw(rng, sheets, lines, columns), 0, 0)
            yield
        pixels = expose(rng, sheets, surface, self.band)
        self._pixels = np.concatenate([pixels, pixels[::-1], pixels[: self._lines]])

    def view(self, line: int, column: int, width: int) -> Pixels:
        """A view of a frame's lines from ``line`` of the endless stretch; do not write to it."""
        if self._pixels is None:
            raise RuntimeError("the backdrop is not prepared")
        top = line % self.period
        return self._pixels[top : top + self._lines, column : column + width]

    def strip_columns(self, column: int, width: int) -> tuple[int, int]:
        """First column of strip in a view and the one past its last."""
        first, last = self.band.strip_columns(self._columns)
        low = min(max(first - column, 0), width - 1)
        return low, max(min(last - column, width), low + 1)


def stretch_lines(lines: int) -> int:
    """Lines of a stretch for frames of ``lines`` lines."""
    return lines + lines // 2


def sensor_noise(rng: Rng, sheets: NoiseSheets, lines: int, columns: int) -> Pixels:
    """Noise [lines, columns] with mean 128 and standard deviation 16; scale it before adding."""
    noise = window(rng, sheets.grain, lines, columns)
    return np.asarray(np.clip(noise * 16.0 + 128.0, 0.0, 255.0), dtype=np.uint8)
