"""Noise that several simulator tests cut from, drawn once."""

from __future__ import annotations

import numpy as np
import pytest

from edge.simulator.noise import NoiseSheets, draw_noise_sheets


@pytest.fixture(scope="session")
def sheets() -> NoiseSheets:
    """Sheets for frames of up to 256×800."""
    return draw_noise_sheets(3, 320, 900)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20)
