"""Image degradations: lighting, focus, motion, sensor noise, dirt and the strip's edge.

Each function maps a grey picture [lines, columns] uint8 to one of the same size. All randomness
comes from the ``rng`` argument. Training draws the strengths at random; ``benchmarks.robustness``
sets them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import cv2
import numpy as np

from edge.core.frame import Pixels
from edge.simulator.noise import NoiseSheets, Plane, noise_sheets
from edge.simulator.nuisances.liquids import oil_streak, water_film
from edge.simulator.nuisances.marks import drop_ring
from edge.simulator.stamp import Stamp, lay

Side = Literal["left", "right"]

BLACK = 3
"""Grey value beyond the strip's edge; 1 to 4 in the 8 of 20 Severstal frames that show an edge."""

EDGE_PX = 5
"""Width of the transition from black to strip in pixels; 3 to 20 in the same frames."""


def with_brightness(pixels: Pixels, *, gain: float = 0.0, offset: float = 0.0) -> Pixels:
    """Change brightness and black level.

    Args:
        pixels: The picture.
        gain: Relative change of brightness: 0.2 is a fifth brighter, -0.2 a fifth darker.
        offset: Change of the black level, as a share of full scale.
    """
    table = (1 + gain) * np.arange(256) + 255 * offset
    return np.asarray(cv2.LUT(pixels, _as_grey(table)), np.uint8)


def motion_blurred(pixels: Pixels, length: int) -> Pixels:
    """Motion blur along y: the strip moves ``length`` px during the exposure."""
    return np.asarray(cv2.blur(pixels, (1, length), borderType=cv2.BORDER_REPLICATE), np.uint8)


def defocused(pixels: Pixels, sigma: float) -> Pixels:
    """Defocus: Gaussian blur of ``sigma`` px."""
    blurred = cv2.GaussianBlur(pixels, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(blurred, np.uint8)


def with_noise(pixels: Pixels, rng: np.random.Generator, std: float) -> Pixels:
    """Gaussian sensor noise; ``std`` is a share of full scale."""
    noise = rng.standard_normal(pixels.shape, dtype=np.float32)
    return _as_grey(pixels + np.float32(255 * std) * noise)


def jpeg(pixels: Pixels, quality: int) -> Pixels:
    """JPEG compression at that quality, 1 to 100."""
    encoded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE), np.uint8)


def shifted(pixels: Pixels, right: int, down: int) -> Pixels:
    """Shift the picture by whole pixels, as if the camera had moved; the border is repeated."""
    height, width = pixels.shape
    rows = np.clip(np.arange(height) - down, 0, height - 1)
    columns = np.clip(np.arange(width) - right, 0, width - 1)
    return pixels[rows[:, None], columns]


def with_dust(
    pixels: Pixels,
    rng: np.random.Generator,
    specks: int,
    radius: tuple[float, float] = (1.0, 3.5),
) -> Pixels:
    """Dust on the lens: soft specks, two dark ones for each bright one.

    Dust does not move with the strip: the same generator state gives the same places.

    Args:
        pixels: The picture.
        rng: Source of positions and shapes.
        specks: Number of specks.
        radius: Smallest and largest distance, in px, at which a speck has faded to a third.
    """
    surface = pixels.astype(np.float32)
    for _ in range(specks):
        stamp = _speck(rng, float(rng.uniform(*radius)))
        y, x = (int(rng.integers(length)) for length in pixels.shape)
        lay(surface, stamp, y - stamp.shape[0] // 2, x - stamp.shape[1] // 2)
    return _as_grey(surface)


def with_strip_edge(pixels: Pixels, px: int, side: Side, slant: float = 0.0) -> Pixels:
    """Show the strip's edge: ``px`` black columns from one side.

    The next ``EDGE_PX`` columns rise from black to strip.

    Args:
        pixels: The picture.
        px: Black columns, counted in the middle line.
        side: Side on which the strip ends.
        slant: Horizontal drift of the edge from the first line to the last, in px.
    """
    height, width = pixels.shape
    if side == "right":
        return with_strip_edge(pixels[:, ::-1], px, "left", slant)[:, ::-1]
    edge = px + slant * (np.arange(height, dtype=np.float32) / max(height - 1, 1) - 0.5)
    inside = (np.arange(width, dtype=np.float32) + 0.5 - edge[:, None]) / EDGE_PX
    share = np.clip(inside, 0.0, 1.0)
    return _as_grey(BLACK + (pixels - np.float32(BLACK)) * share)


def with_oil(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Add an oil stain: a soft dark smear along the strip with ragged sides."""
    return _with_stamps(pixels, rng, oil_streak)


def with_water(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Add water: a thin film with a smooth border, brighter or darker, or dried drops."""
    if rng.random() < 0.5:
        return _with_stamps(pixels, rng, water_film)
    return _with_stamps(pixels, rng, drop_ring, count=1 + int(rng.poisson(3.0)))


NUISANCES: dict[str, Callable[[Pixels, np.random.Generator], Pixels]] = {
    "oil": with_oil,
    "water": with_water,
}
"""Used only if the data set declares them background; in some sets an oil spot is a defect."""


def _speck(rng: np.random.Generator, radius: float) -> Stamp:
    """A speck of dust. It is out of focus, so it shades or scatters light but hides nothing."""
    place = np.arange(-int(2.5 * radius) - 1, int(2.5 * radius) + 2, dtype=np.float32) / radius
    distance = np.hypot(place[None, :], place[:, None] / np.float32(rng.uniform(0.6, 1.0)))
    shade = np.exp(-(distance**2), dtype=np.float32)
    if rng.random() < 1 / 3:
        return Stamp(np.ones_like(shade), shade * np.float32(rng.uniform(15, 70)))
    return Stamp(1 - shade * np.float32(rng.uniform(0.15, 0.6)))


def _with_stamps(
    pixels: Pixels,
    rng: np.random.Generator,
    draw: Callable[[np.random.Generator, NoiseSheets, int, int], Stamp],
    count: int = 1,
) -> Pixels:
    """Place simulator stamps at random; up to half of a stamp may lie outside the picture."""
    height, width = pixels.shape
    sheets = noise_sheets(0, max(height, 256), max(width, 512))
    surface = pixels.astype(np.float32)
    for _ in range(count):
        stamp = draw(rng, sheets, height, width)
        tall, wide = stamp.shape
        top = 0 if tall == height else int(rng.integers(-(tall // 2), height - tall // 2 + 1))
        left = 0 if wide == width else int(rng.integers(-(wide // 2), width - wide // 2 + 1))
        lay(surface, stamp, top, left)
    return _as_grey(surface)


def _as_grey(values: Plane | np.ndarray) -> Pixels:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)
