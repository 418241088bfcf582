"""Stamps are cut where they leave the surface."""

from __future__ import annotations

import numpy as np
import pytest

from edge.simulator.stamp import lay, make_stamp


@pytest.mark.parametrize(
    ("top", "left", "changed"),
    [(1, 1, 4), (-1, -1, 1), (3, 4, 1), (-1, 2, 2), (9, 0, 0), (0, -5, 0)],
)
def test_only_what_lies_on_the_surface_is_laid(top, left, changed):
    surface = np.full((4, 5), 10.0, dtype=np.float32)
    lay(surface, make_stamp(np.full((2, 2), 0.5), np.full((2, 2), 3.0)), top, left)
    assert (surface == 8.0).sum() == changed
    assert (surface == 10.0).sum() == 20 - changed
