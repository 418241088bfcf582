"""A dent has a bright and a dark side, and flat strip has neither."""

from __future__ import annotations

import numpy as np

from edge.simulator.relief import shade


def test_a_dent_is_dark_on_one_side_and_bright_on_the_other():
    y, x = np.mgrid[-10:11, -10:11]
    dent = -np.exp(-(x**2 + y**2) / 20.0)
    light = shade(dent, across=0.0, along=1.0)
    assert light[:9].mean() < -0.005 < 0.005 < light[12:].mean()
    assert np.allclose(light, -light[::-1], atol=1e-5)


def test_flat_strip_is_not_shaded():
    assert not shade(np.full((6, 7), 3.0)).any()
