"""Composes live strip from prepared parts, many times faster than drawing it.

A frame is a window of a prepared stretch of strip with slightly changed brightness, new sensor
noise, and stamps of defects and nuisances. The parts are drawn by the functions that draw a data
set. While one stretch is in use, the next is prepared in small steps, so that the strip does not
repeat and no frame is delayed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np

from edge.core.frame import Pixels
from edge.core.rle import Mask
from edge.simulator.backdrop import Backdrop, sensor_noise, stretch_lines
from edge.simulator.bank import StampBank, Variant, paste
from edge.simulator.defect_layout import choose_classes, plan_defects
from edge.simulator.draw import check_settings
from edge.simulator.noise import draw_noise_sheets
from edge.simulator.nuisances import NUISANCES, place_nuisance
from edge.simulator.stamp import Stamp
from edge.simulator.statistics import REAL_HEIGHT, REAL_WIDTH

Rng = np.random.Generator

WANDER = 48
"""Greatest sideways movement of the strip under the camera, in columns."""

FRAMES_A_LOOK = (60, 140)
"""Range (first included, last excluded) of the frames with the same surface, as within a coil."""


@dataclass(frozen=True, slots=True)
class ShownDefect:
    """A defect on a composed frame.

    Attributes:
        class_id: 1 to 4, Severstal's ClassId.
        box: x, y, width and height in pixels of the frame.
        mask: Annotator's mask, bool [height, width] of the box.
    """

    class_id: int
    box: tuple[int, int, int, int]
    mask: Mask = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ComposedFrame:
    """Pixels, uint8 [height, width], and the defects on them."""

    pixels: Pixels
    defects: tuple[ShownDefect, ...]


class StripComposer:
    """Composes one frame after the other; the same arguments give the same sequence.

    Args:
        seed: Seed of the strip.
        defect_rate: Probability that a frame shows any defect; None is Severstal's share.
        width: Columns, across the strip.
        height: Lines, along the strip.
        frames_a_look: Range of the frames after which the surface changes: first number included,
            second excluded.

    Raises:
        ConfigError: ``defect_rate`` is not a fraction, or the frame is too small.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        defect_rate: float | None = 0.05,
        width: int = REAL_WIDTH,
        height: int = REAL_HEIGHT,
        frames_a_look: tuple[int, int] = FRAMES_A_LOOK,
    ) -> None:
        check_settings(defect_rate, width, height)
        self.width, self.height, self.defect_rate = width, height, defect_rate
        self._frames_a_look = frames_a_look
        self._rng = np.random.default_rng([seed, width, height, 1])
        self._sheets = draw_noise_sheets(seed, stretch_lines(height) + 32, width + WANDER + 144)
        self._noise = sensor_noise(
            self._rng, self._sheets, height + 32, min(width + 192, width + WANDER + 144)
        )
        self._bank = StampBank(self._rng.spawn(1)[0], self._sheets, height, width)
        self._filling: Iterator[None] | None = self._bank.fill()
        while not self._bank.ready:
            next(self._filling)
        self._here = self._new_backdrop()
        for _ in self._here.prepare():
            pass
        self._coming: Iterator[None] | None = None
        self._begin_next()
        self._line = 0
        self._column = float(self._rng.uniform(0, WANDER))
        self._frames_left = self._stretch_length()
        self._gain = 1.0

    @property
    def nbytes(self) -> int:
        """Bytes of the prepared parts: noise, stamps and two stretches of strip."""
        stretch = (self._here.period + self.height) * (self.width + WANDER)
        return self._sheets.nbytes + self._bank.nbytes + self._noise.nbytes + 2 * stretch

    def compose(self) -> ComposedFrame:
        """The next frame of the strip."""
        rng = self._rng
        self._prepare_a_bit()
        if self._frames_left == 0:
            self._change_over()
        self._frames_left -= 1
        self._column = float(np.clip(self._column + rng.normal(0.0, 0.4), 0, WANDER))
        self._gain = 1.0 + 0.97 * (self._gain - 1.0) + float(rng.normal(0.0, 0.004))
        column = int(self._column)
        view = self._here.view(self._line, column, self.width)
        self._line += self.height
        pixels = self._exposed(view)
        strip = self._here.strip_columns(column, self.width)
        defects = self._paste_defects(pixels, strip)
        self._paste_nuisances(pixels, strip, clean=not defects)
        return ComposedFrame(pixels, defects)

    def _exposed(self, view: Pixels) -> Pixels:
        """A copy of a view with new sensor noise and the current brightness."""
        rng = self._rng
        top = int(rng.integers(0, self._noise.shape[0] - self.height + 1))
        left = int(rng.integers(0, self._noise.shape[1] - self.width + 1))
        noise = self._noise[top : top + self.height, left : left + self.width]
        share = float(rng.uniform(0.05, 0.09)) * (1 if rng.random() < 0.5 else -1)
        mixed = cv2.addWeighted(view, self._gain, noise, share, -128.0 * share)
        return np.asarray(mixed, dtype=np.uint8)

    def _paste_defects(self, pixels: Pixels, strip: tuple[int, int]) -> tuple[ShownDefect, ...]:
        rng = self._rng
        classes = choose_classes(rng, self.defect_rate)
        if not classes:
            return ()
        plans = plan_defects(rng, classes, strip, None, self.height, self.width)
        shown = []
        for plan in plans:
            stamp = self._bank.nearest(rng, plan)
            tall, wide = stamp.shape
            top = int(np.clip(plan.top + (plan.height - tall) // 2, 0, self.height - tall))
            left = plan.left + (plan.width - wide) // 2
            left = int(np.clip(left, strip[0], max(strip[1] - wide, strip[0])))
            variant = _variant(rng)
            inside = _cut(stamp, strip[1] - left)
            paste(pixels[:, : strip[1]], inside, top, left, variant)
            assert inside.mask is not None
            box = (left, top, inside.shape[1], tall)
            shown.append(ShownDefect(plan.class_id, box, inside.mask[variant.flip]))
        return tuple(shown)

    def _paste_nuisances(self, pixels: Pixels, strip: tuple[int, int], *, clean: bool) -> None:
        rng = self._rng
        on_strip = pixels[:, strip[0] : strip[1]]
        for name, stamps in self._bank.nuisances.items():
            nuisance = NUISANCES[name]
            if rng.random() >= nuisance.share * (1.0 if clean else nuisance.with_defects):
                continue
            for _ in range(1 + int(rng.poisson(nuisance.count - 1.0))):
                stamp = stamps[int(rng.integers(len(stamps)))]
                top, left = place_nuisance(rng, nuisance, stamp, self.height, on_strip.shape[1])
                paste(on_strip, stamp, top, left, _variant(rng))

    def _prepare_a_bit(self) -> None:
        """Do one small step of the preparation: stamps first, then the next stretch."""
        if self._filling is not None:
            if next(self._filling, _DONE) is _DONE:
                self._filling = None
        elif self._coming is not None and next(self._coming, _DONE) is _DONE:
            self._coming = None

    def _change_over(self) -> None:
        while self._coming is not None:
            if next(self._coming, _DONE) is _DONE:
                self._coming = None
        self._here = self._next
        self._begin_next()
        self._line = int(self._rng.integers(0, self._here.period))
        self._frames_left = self._stretch_length()

    def _begin_next(self) -> None:
        self._next = self._new_backdrop()
        self._coming = self._next.prepare()

    def _new_backdrop(self) -> Backdrop:
        rng = self._rng.spawn(1)[0]
        return Backdrop(rng, self._sheets, self.height, self.width + WANDER)

    def _stretch_length(self) -> int:
        """Number of frames until the surface changes, as at the end of a coil."""
        return int(self._rng.integers(*self._frames_a_look))


_DONE = object()


def _variant(rng: Rng) -> Variant:
    strength = float(np.exp(rng.normal(0.0, 0.2)))
    return Variant(strength, bool(rng.random() < 0.5), bool(rng.random() < 0.5))


def _cut(stamp: Stamp, columns: int) -> Stamp:
    """The first columns of a stamp, if the strip is too narrow for all of it."""
    if stamp.shape[1] <= columns:
        return stamp
    glow = None if stamp.glow is None else stamp.glow[:, :columns]
    mask = None if stamp.mask is None else stamp.mask[:, :columns]
    return Stamp(stamp.gain[:, :columns], glow, mask)
