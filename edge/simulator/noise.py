"""Sheets of noise that are drawn once; frames take random windows of them.

Filtering new noise for each frame would take more time than the rest of the drawing. Therefore each
spectrum is drawn once per simulator, larger than a frame, and windows are taken at random places.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.float32]
"""Picture [lines, columns], float32."""


def as_plane(values: npt.ArrayLike) -> Plane:
    """The values as float32; float32 values are not copied."""
    return np.asarray(values, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class NoiseSheets:
    """Noise with zero mean and unit standard deviation, [lines, columns] for each spectrum.

    Attributes:
        grain: Nearly white: sensor and surface grain.
        streak: One or two columns wide, a hundred lines long: rolling marks.
        dash: One column wide, about ten lines long: brushed texture, short scratches.
        ripple: A few lines high, fifty columns long, wavy: chatter and wrinkles.
        weave: One or two lines high, ten columns long: the fine cross pattern of ground rolls.
        cloud: Blobs of five pixels with finer detail: pits, rust.
        mottle: Ragged patches longer along the strip than across: scale, oil.
    """

    grain: Plane
    streak: Plane
    dash: Plane
    ripple: Plane
    weave: Plane
    cloud: Plane
    mottle: Plane

    @property
    def nbytes(self) -> int:
        """Bytes of all sheets together."""
        return sum(getattr(self, field.name).nbytes for field in fields(self))


@lru_cache(maxsize=2)
def noise_sheets(seed: int, lines: int, columns: int) -> NoiseSheets:
    """As ``draw_noise_sheets``; the last two results are cached."""
    return draw_noise_sheets(seed, lines, columns)


def draw_noise_sheets(seed: int, lines: int, columns: int) -> NoiseSheets:
    """Draw sheets [lines, columns] that depend only on the arguments."""
    rng = np.random.default_rng([seed, lines, columns])

    def white(height: int = lines, width: int = columns) -> Plane:
        return rng.standard_normal((height, width), dtype=np.float32)

    def stretched(down: int, across: int) -> Plane:
        small = white(max(lines // down, 4), max(columns // across, 4))
        return _unit(cv2.resize(small, (columns, lines), interpolation=cv2.INTER_CUBIC))

    def smooth(plane: Plane, across: float, down: float) -> Plane:
        return _unit(cv2.GaussianBlur(plane, (0, 0), across, sigmaY=down))

    def broad(across: float, down: float, zoom: int = 4) -> Plane:
        """Like ``smooth`` of white noise, but filtered at a fraction of the size and enlarged."""
        small = white(-(-lines // zoom), -(-columns // zoom))
        soft = cv2.GaussianBlur(small, (0, 0), across / zoom, sigmaY=down / zoom)
        return _unit(cv2.resize(soft, (columns, lines), interpolation=cv2.INTER_CUBIC))

    def wavering(ripple: Plane) -> Plane:
        rows = 3.0 * stretched(100, 130) + np.arange(lines, dtype=np.float32)[:, None]
        cols = np.broadcast_to(np.arange(columns, dtype=np.float32), rows.shape)
        return as_plane(cv2.remap(ripple, cols, rows, cv2.INTER_LINEAR, None, cv2.BORDER_REFLECT))

    def threads() -> Plane:
        short = white(lines, -(-columns // 16))
        return smooth(as_plane(cv2.resize(short, (columns, lines))), 6.0, 0.7)

    grain = white()
    return NoiseSheets(
        streak=_mixed((1.0, stretched(70, 1)), (0.6, stretched(150, 5))),
        dash=smooth(white(), 0.7, 5.0),
        ripple=wavering(_mixed((1.0, broad(14.0, 2.0, zoom=2)), (0.7, stretched(6, 90)))),
        weave=_mixed((1.0, smooth(white(), 5.0, 0.8)), (0.5, threads())),
        cloud=_mixed((1.0, broad(4.5, 4.5, zoom=2)), (0.5, smooth(grain, 1.4, 1.4))),
        mottle=_mixed(
            (1.0, broad(14.0, 45.0)),
            (0.8, broad(4.0, 14.0, zoom=2)),
            (0.6, smooth(white(), 1.2, 4.0)),
            (0.25, smooth(grain[::-1], 0.6, 1.0)),
        ),
        grain=smooth(grain, 0.45, 0.45),
    )


def window(rng: np.random.Generator, sheet: Plane, height: int, width: int) -> Plane:
    """A view [height, width] of a sheet at a random place; do not write to it."""
    top = int(rng.integers(0, sheet.shape[0] - height + 1))
    left = int(rng.integers(0, sheet.shape[1] - width + 1))
    return sheet[top : top + height, left : left + width]


def low_field(rng: np.random.Generator, height: int, width: int, down: int, across: int) -> Plane:
    """Smooth random field [height, width] with ``down`` × ``across`` knots of unit spread."""
    small = rng.standard_normal((down, across), dtype=np.float32)
    return as_plane(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC))


def _mixed(*parts: tuple[float, Plane]) -> Plane:
    """Sum of weighted parts, scaled to unit standard deviation."""
    total = parts[0][1]
    total *= parts[0][0]
    for weight, part in parts[1:]:
        cv2.scaleAdd(part, weight, total, total)
    return _unit(total)


def _unit(values: npt.ArrayLike) -> Plane:
    """Scale values to zero mean and unit standard deviation, in place if they are float32."""
    plane = as_plane(values)
    mean, spread = cv2.meanStdDev(plane)
    plane -= np.float32(mean[0, 0])
    plane *= np.float32(1.0 / spread[0, 0])
    return plane
