"""Draws frames of a data set; each depends only on the seed and its index."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from edge.core.errors import ConfigError
from edge.core.frame import Pixels
from edge.core.rle import Mask
from edge.simulator.defect_layout import (
    PlannedDefect,
    choose_classes,
    plan_frame,
)
from edge.simulator.defects.cracks import draw_cracks
from edge.simulator.defects.pitting import draw_pitting
from edge.simulator.defects.scale import draw_scale
from edge.simulator.defects.scratches import choose_flaw, draw_scratches
from edge.simulator.light import expose, uneven_light
from edge.simulator.noise import NoiseSheets, noise_sheets
from edge.simulator.nuisances import draw_nuisances
from edge.simulator.outline import draw_outline
from edge.simulator.stamp import Stamp, lay
from edge.simulator.statistics import REAL_HEIGHT, REAL_WIDTH
from edge.simulator.texture import draw_texture

Rng = np.random.Generator

CLASSES = ("1", "2", "3", "4")
"""Names of the classes: Severstal's ClassId."""

CLASS_DESCRIPTIONS = {
    "1": "pitting near the strip's edges",
    "2": "thin cracks along the strip near its edges",
    "3": "scratches, streaks and flaws anywhere",
    "4": "rolled-in scale and torn surface",
}
"""Description of each class, for people."""


@dataclass(frozen=True)
class DrawnDefect:
    """One connected object on a drawn frame.

    Attributes:
        class_id: 1 to 4, Severstal's ClassId.
        mask: Annotator's mask, bool [height, width] of the whole frame.
    """

    class_id: int
    mask: Mask


@dataclass(frozen=True)
class DrawnFrame:
    """A drawn frame and its defects.

    Attributes:
        pixels: Grey picture, uint8 [height, width].
        defects: Its defects; empty for a clean frame. Severstal's mask of a class is the union
            over the class.
    """

    pixels: Pixels
    defects: tuple[DrawnDefect, ...]


class StripSimulator:
    """Draws frames of rolled strip with exact masks.

    ``draw(index)`` depends only on the arguments and the index, so that frames can be drawn in any
    order and by many processes.

    Args:
        seed: Seed of the data set; frames of different seeds are independent.
        defect_rate: Probability that a frame shows any defect; None is Severstal's share,
            6,666 of 12,568.
        width: Columns, across the strip. Sizes of defects scale with it.
        height: Lines, along the strip.

    Raises:
        ConfigError: ``defect_rate`` is not a fraction, or the frame is smaller than 64 × 32.
    """

    def __init__(
        self,
        seed: int = 0,
        *,
        defect_rate: float | None = None,
        width: int = REAL_WIDTH,
        height: int = REAL_HEIGHT,
    ) -> None:
        check_settings(defect_rate, width, height)
        self.seed = seed
        self.defect_rate = defect_rate
        self.width = width
        self.height = height

    @property
    def sheets(self) -> NoiseSheets:
        """Noise from which the frames take windows; drawn at first use."""
        return noise_sheets(self.seed, 2 * self.height, self.width + 640)

    def draw(self, index: int) -> DrawnFrame:
        """Draw frame ``index``, which is 0 or more."""
        rng = np.random.default_rng([self.seed, index])
        sheets, height, width = self.sheets, self.height, self.width
        classes = choose_classes(rng, self.defect_rate)
        surface = draw_texture(rng, sheets, height, width)
        band, planned = plan_frame(rng, classes, height, width)
        defects = []
        frame_visible = float(np.exp(rng.normal(-0.2, 0.35)))
        for plan in planned:
            stamp = draw_defect(rng, sheets, plan, frame_visible)
            lay(surface, stamp, plan.top, plan.left)
            defects.append(DrawnDefect(plan.class_id, _on_frame(stamp, plan, height, width)))
        for stamp, top, left in draw_nuisances(rng, sheets, height, width, clean=not planned):
            lay(surface, stamp, top, left)
        cv2.multiply(surface, uneven_light(rng, height, width), dst=surface)
        return DrawnFrame(expose(rng, sheets, surface, band), tuple(defects))


def draw_defect(rng: Rng, sheets: NoiseSheets, plan: PlannedDefect, frame_visible: float) -> Stamp:
    """Draw one planned object; ``frame_visible`` scales the contrast of all on the frame."""
    outline = draw_outline(rng, plan.height, plan.width, plan.fill)
    visible = float(np.clip(frame_visible * np.exp(rng.normal(0.0, 0.3)), 0.35, 1.4))
    if plan.class_id == 1:
        return draw_pitting(rng, sheets, outline, visible)
    if plan.class_id == 2:
        return draw_cracks(rng, sheets, outline, visible)
    if plan.class_id == 3:
        flaw = choose_flaw(rng, plan.height, plan.width)
        return draw_scratches(rng, sheets, outline, visible, flaw)
    return draw_scale(rng, sheets, outline, visible)


def check_settings(defect_rate: float | None, width: int, height: int) -> None:
    """Check the settings of a simulator.

    Raises:
        ConfigError: ``defect_rate`` is not a fraction, or the frame is smaller than 64 × 32.
    """
    if defect_rate is not None and not 0.0 <= defect_rate <= 1.0:
        raise ConfigError(
            f"defect rate {defect_rate} is not a fraction", "Give a number from 0 to 1"
        )
    if width < 64 or height < 32:
        raise ConfigError(
            f"the simulator cannot draw frames of {width}×{height}", "Use at least 64×32 pixels"
        )


def _on_frame(stamp: Stamp, plan: PlannedDefect, height: int, width: int) -> Mask:
    mask = np.zeros((height, width), dtype=np.bool_)
    if stamp.mask is not None:
        rows = slice(plan.top, plan.top + plan.height)
        mask[rows, plan.left : plan.left + plan.width] = stamp.mask
    return mask
