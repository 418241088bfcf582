"""Pixels to network input: tiles at native size, and the study's squashed square."""

from __future__ import annotations

import pytest

from edge.core.geometry import Geometry
from edge.vision.preprocess import network_input


@pytest.mark.parametrize(
    "geometry",
    [Geometry((200, 128), (200, 128)), Geometry(None, (256, 256))],
    ids=["tiles", "squashed"],
)
def test_preprocess(benchmark, frames, geometry):
    benchmark(network_input, frames[0].pixels, geometry)
