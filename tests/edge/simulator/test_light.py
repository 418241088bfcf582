"""The band is black where it should be, and exposure gives eight honest bits."""

from __future__ import annotations

import numpy as np
import pytest

from edge.simulator.light import Band, expose, light_stripes, uneven_light


@pytest.mark.parametrize("on_left", [True, False])
@pytest.mark.parametrize("columns", [0, 1, 60, 399])
def test_the_band_is_black_and_the_strip_is_not(rng, sheets, columns, on_left):
    band = Band(columns, on_left)
    surface = np.full((64, 400), 100.0, dtype=np.float32)
    pixels = expose(rng, sheets, surface, band)
    assert pixels.dtype == np.uint8
    first, last = band.strip_columns(400)
    assert last - first == 400 - columns
    dark = np.delete(pixels, np.s_[max(first - 6, 0) : last + 6], axis=1)
    inner = pixels[:, first + 60 : max(last - 60, 0)]
    assert dark.size == 0 or dark.max() < 20
    assert inner.size == 0 or inner.min() > 50


@pytest.mark.parametrize(("level", "grey"), [(-50.0, 0), (400.0, 255)])
def test_light_beyond_eight_bits_is_clipped_and_never_wraps(rng, sheets, level, grey):
    surface = np.full((32, 100), level, dtype=np.float32)
    assert (expose(rng, sheets, surface, Band(0, True)) == grey).all()


def test_light_is_positive_and_smooth(rng):
    for _ in range(30):
        light = uneven_light(rng, 256, 400)
        assert light.shape == (256, 400)
        assert light.min() > 0.0
        assert np.abs(np.diff(light, axis=0)).max() < 0.05
    assert light_stripes(rng, 400).shape == (400,)
