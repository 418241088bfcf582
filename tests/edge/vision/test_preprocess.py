"""Inputs keep the pixels of their regions, and are resized only where they must be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.core.geometry import Geometry
from edge.vision.preprocess import network_input, past_the_edge


@given(st.integers(10, 45), st.integers(10, 45))
def test_inputs_are_the_regions_pixels_in_their_order(height, width):
    pixels = np.random.default_rng(height * 50 + width).integers(0, 256, (height, width), np.uint8)
    geometry = Geometry((10, 10), (10, 10))
    inputs = network_input(pixels, geometry)
    for given_input, (x, y, w, h) in zip(inputs, geometry.boxes(height, width), strict=True):
        assert np.array_equal(given_input, pixels[y : y + h, x : x + w])


def test_a_severstal_frame_is_sixteen_tiles():
    pixels = np.zeros((256, 1600), np.uint8)
    assert network_input(pixels, Geometry((200, 128), (200, 128))).shape == (16, 128, 200)


@pytest.mark.parametrize("region", [None, (200, 128)])
def test_squashing_gives_the_studys_square(region):
    pixels = np.tile(np.arange(200, dtype=np.uint8), (128, 1))
    inputs = network_input(pixels, Geometry(region, (256, 256)))
    assert inputs.shape == (1, 256, 256)
    assert abs(int(inputs.mean()) - int(pixels.mean())) <= 1


def test_the_callers_pixels_are_left_alone():
    pixels = np.zeros((20, 20), np.uint8)
    inputs = network_input(pixels, Geometry((20, 20), (20, 20)))
    inputs[...] = 9
    assert pixels.max() == 0


@pytest.mark.parametrize(
    ("greys", "beyond"),
    [
        ([120, 3, 90], [False, True, False]),
        ([120, 30, 90], [False, False, False]),
        ([0, 3, 5], [False, False, False]),
        ([2], [False]),
    ],
)
def test_black_beside_lit_strip_is_past_the_edge(greys, beyond):
    inputs = np.array(greys, np.uint8)[:, None, None].repeat(128, 1).repeat(200, 2)
    assert past_the_edge(inputs).tolist() == beyond
