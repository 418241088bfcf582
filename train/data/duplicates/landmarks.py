"""Landmarks of a picture: extrema of its texture, each with a signature of what surrounds it.

A landmark is chosen by its own neighbourhood alone, so that a piece of surface has the same
landmarks in every picture that shows it. Its signature is the signs of the low frequencies (DCT) of
the texture around it: signs do not depend on exposure or contrast, and mirroring and turning by 90
degrees only flip or swap them.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.core.frame import Pixels

PATCH = 25
"""Side in pixels of the square that a signature describes; odd, so that it has a middle."""

FREQUENCIES = 8
"""Frequencies of a signature along x and along y: 8 × 8 signs less the mean's are 63 bits."""

APART = 6
"""Pixels within which a landmark is the strongest."""

AT_ONCE = 4096
"""Landmarks whose squares are copied at a time: a large picture has a million."""

POSES = 8
"""Ways to lay a picture: bit 0 mirrors x, bit 1 mirrors y, bit 2 swaps x and y (done first)."""

Texture = NDArray[np.float32]
"""[lines, columns]: a picture without its slow changes, of unit contrast everywhere."""


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Places [n, 2] (x, y in pixels, int32) and signatures [n] (uint64)."""

    places: NDArray[np.int32]
    signatures: NDArray[np.uint64]


def texture_of(pixels: Pixels) -> Texture:
    """The picture's texture: what slow changes, streaks along x or y and contrast leave over."""
    grey = pixels.astype(np.float32)
    along_x, along_y = cv2.blur(grey, (PATCH, 1)), cv2.blur(grey, (1, PATCH))
    fine = grey - along_x - along_y + cv2.blur(along_y, (PATCH, 1))
    fine = cv2.GaussianBlur(fine, (0, 0), 1.0)
    # A running sum may leave a flat square a little below zero.
    contrast = np.sqrt(np.maximum(cv2.blur(fine * fine, (PATCH, PATCH)), 0))
    return np.asarray(fine / (contrast + 0.5), np.float32)


def find_landmarks(texture: Texture) -> Landmarks:
    """Landmarks of a texture whose surrounding square lies inside the picture."""
    half = PATCH // 2
    lines, columns = texture.shape
    if min(lines, columns) < PATCH:
        return Landmarks(np.zeros((0, 2), np.int32), np.zeros(0, np.uint64))
    blobs = cv2.GaussianBlur(texture, (0, 0), 1.5) - cv2.GaussianBlur(texture, (0, 0), 3.0)
    strength = np.abs(blobs)
    strongest = cv2.dilate(strength, np.ones((2 * APART + 1, 2 * APART + 1), np.uint8))
    chosen = (strength == strongest) & (strength > 0.1)
    inner = chosen[half : lines - half, half : columns - half]
    y, x = np.nonzero(inner)
    patches = np.lib.stride_tricks.sliding_window_view(texture, (PATCH, PATCH))
    bits = np.empty((len(x), FREQUENCIES * FREQUENCIES), np.bool_)
    for part in (slice(start, start + AT_ONCE) for start in range(0, len(x), AT_ONCE)):
        spectrum = _COSINES @ patches[y[part], x[part]] @ _COSINES.T
        bits[part] = (spectrum > 0).reshape(-1, FREQUENCIES * FREQUENCIES)
    return Landmarks(np.stack([x + half, y + half], axis=1).astype(np.int32), _packed(bits))


def posed(signatures: NDArray[np.uint64], pose: int) -> NDArray[np.uint64]:
    """Signatures [n] of the same landmarks in the picture laid in a pose."""
    bits = _unpacked(signatures).reshape(-1, FREQUENCIES, FREQUENCIES)
    if pose & 4:
        bits = bits.transpose(0, 2, 1)
    odd = np.arange(FREQUENCIES) % 2 == 1
    if pose & 1:
        bits = bits ^ odd[None, None, :]
    if pose & 2:
        bits = bits ^ odd[None, :, None]
    return _packed(bits.reshape(len(signatures), FREQUENCIES * FREQUENCIES))


def posed_places(
    places: NDArray[np.int32], size: NDArray[np.int32], pose: int
) -> NDArray[np.int32]:
    """Places [n, 2] in the picture laid in a pose; ``size`` [n, 2] is its width and height."""
    if pose & 4:
        places, size = places[:, ::-1], size[:, ::-1]
    mirrored = np.array([pose & 1, pose & 2], bool)
    return np.where(mirrored, size - 1 - places, places).astype(np.int32)


def posed_picture(picture: Texture, pose: int) -> Texture:
    """The picture laid in a pose."""
    if pose & 4:
        picture = picture.T
    if pose & 1:
        picture = picture[:, ::-1]
    if pose & 2:
        picture = picture[::-1]
    return np.ascontiguousarray(picture)


def _packed(bits: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Signs [n, 64] of a spectrum, row by row, as values [n] whose low bits are low frequencies."""
    ordered = bits[:, _BY_FREQUENCY]
    ordered[:, 0] = False
    packed = np.packbits(ordered, axis=1, bitorder="little")
    return np.ascontiguousarray(packed).view(np.uint64).ravel()


def _unpacked(signatures: NDArray[np.uint64]) -> NDArray[np.bool_]:
    octets = np.ascontiguousarray(signatures).view(np.uint8).reshape(len(signatures), 8)
    bits = np.empty((len(signatures), 64), np.bool_)
    bits[:, _BY_FREQUENCY] = np.unpackbits(octets, axis=1, bitorder="little")
    return bits


def _cosines() -> NDArray[np.float32]:
    """The DCT-II's first rows [FREQUENCIES, PATCH]."""
    at = (np.arange(PATCH) + 0.5) * np.pi / PATCH
    return np.cos(np.arange(FREQUENCIES)[:, None] * at[None, :]).astype(np.float32)


_COSINES = _cosines()
_BY_FREQUENCY = np.argsort(
    np.add.outer(np.arange(FREQUENCIES) ** 2, np.arange(FREQUENCIES) ** 2).ravel(), kind="stable"
)
