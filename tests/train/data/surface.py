"""Pictures of surface with a texture of its own, for tests of near-duplicates."""

from __future__ import annotations

import cv2
import numpy as np

from edge.core.frame import Pixels


def surface(height: int, width: int, seed: int) -> Pixels:
    """Strip: fine grain, a slow change of light, and streaks along y that all strips share."""
    rng = np.random.default_rng(seed)
    grain = cv2.GaussianBlur(rng.normal(0, 30, (height, width)), (0, 0), 1.2)
    streaks = 8 * np.sin(np.arange(width) / 3.0)[None, :]
    light = np.linspace(90, 130, width)[None, :]
    return np.asarray((light + streaks + grain).clip(0, 255), np.uint8)
