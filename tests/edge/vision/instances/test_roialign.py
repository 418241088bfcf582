"""ROIAlign against a slow one written from the definition, on integers and numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.vision.engines.quantized import Quantized
from edge.vision.instances.anchors import STRIDES
from edge.vision.instances.roialign import level_of, roi_align

HEIGHT, WIDTH, CHANNELS = 256, 320, 3


SLOPE = 16
"""Steps between neighbouring cells of ``maps``, at most."""


def maps(seed: int = 0, scale: float = 0.03) -> list[Quantized]:
    """Waves across and along, over all values that a byte has."""
    rng = np.random.default_rng(seed)
    levels = []
    for s in STRIDES:
        rows, columns = HEIGHT // s, WIDTH // s
        phase = rng.uniform(0, 6, CHANNELS)
        across, along = np.arange(columns) * SLOPE / 128, np.arange(rows) * SLOPE / 128
        waves = np.sin(across[:, None] + phase) + np.sin(along[:, None, None] - phase)
        levels.append(Quantized((waves * 63.5).round().astype(np.int8), scale * s, s - 9))
    return levels


def tolerance(level: Quantized) -> float:
    """A sample lies where it should to half a 32nd of a cell each way, and is rounded once."""
    return level.scale * (0.5 + 2 * SLOPE / 64 + 0.01)


def slow(level: np.ndarray, stride: int, box, size: int) -> np.ndarray:
    """One sample at the centre of each bin, corner by corner."""
    x1, y1, x2, y2 = box
    rows, columns, channels = level.shape
    out = np.zeros((size, size, channels))
    for i in range(size):
        y = min(max((y1 + (y2 - y1) * (i + 0.5) / size) / stride - 0.5, 0), rows - 1)
        for j in range(size):
            x = min(max((x1 + (x2 - x1) * (j + 0.5) / size) / stride - 0.5, 0), columns - 1)
            for row in (math.floor(y), math.floor(y) + 1):
                for column in (math.floor(x), math.floor(x) + 1):
                    share = (1 - abs(y - row)) * (1 - abs(x - column))
                    if share > 0:
                        out[i, j] += share * level[row, column]
    return out


corner = st.tuples(st.floats(0, WIDTH - 1), st.floats(0, HEIGHT - 1))
side = st.tuples(st.floats(0.5, WIDTH), st.floats(0.5, HEIGHT))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(corner, side), min_size=1, max_size=4), st.sampled_from([2, 7, 14]))
def test_it_agrees_with_the_definition(drawn, size):
    levels = maps()
    boxes = np.array(
        [(x, y, min(x + w, WIDTH), min(y + h, HEIGHT)) for (x, y), (w, h) in drawn], np.float32
    )
    read = roi_align(levels, boxes, size)
    assert read.shape == (len(boxes), size, size, CHANNELS) and read.dtype == np.float32
    for got, box, level in zip(read, boxes.astype(float), level_of(boxes), strict=True):
        wanted = slow(levels[level].decoded().astype(float), STRIDES[level], box, size)
        assert got == pytest.approx(wanted, abs=tolerance(levels[level]))


def test_numbers_are_read_as_integers_are():
    levels = maps()
    plain = [Quantized(level.decoded()) for level in levels]
    boxes = np.array([[3, 5, 40, 60], [0, 0, 200, 200], [10, 0, 320, 256]], np.float32)
    read = zip(roi_align(levels, boxes), roi_align(plain, boxes), level_of(boxes), strict=True)
    for integers, numbers, level in read:
        assert integers == pytest.approx(numbers, abs=levels[level].scale * 0.51)


@given(st.floats(0, 200), st.floats(0, 150), st.floats(1, 100), st.floats(1, 100))
def test_a_ramp_is_read_as_a_ramp(x, y, width, height):
    """Bilinear reading of a plane is exact, so that features lie where the pixels do.

    To half a 32nd of a cell of 4 px, that is.
    """
    columns = np.arange(WIDTH // 4) * 4 + 2.0
    ramp = np.tile(columns, (HEIGHT // 4, 1))[..., None].astype(np.float32)
    box = np.array([[x + 2, y, x + 2 + width, y + height]], np.float32)
    levels = [Quantized(ramp), Quantized(ramp[::2, ::2]), Quantized(ramp[::4, ::4])]
    read = roi_align(levels, box, 7)[0, :, :, 0]
    wanted = x + 2 + width * (np.arange(7) + 0.5) / 7
    assert read == pytest.approx(np.tile(wanted, (7, 1)), abs=4 / 64 + 1e-3)


@pytest.mark.parametrize(
    ("width", "height", "level"),
    [
        (0, 10, 0),
        (1, 1, 0),
        (6, 256, 0),
        (111.9, 111.9, 0),
        (112, 112, 1),
        (28, 448, 1),
        (223, 223, 1),
        (224, 224, 2),
        (1600, 256, 2),
    ],
)
def test_the_level_goes_by_the_root_of_the_area(width, height, level):
    """k = floor(4 + log2(sqrt(wh) / 224)) of 2 to 4."""
    assert level_of(np.array([[7, 3, 7 + width, 3 + height]], np.float32)).tolist() == [level]


def test_no_boxes_give_no_features():
    assert roi_align(maps(), np.empty((0, 4), np.float32)).shape == (0, 14, 14, CHANNELS)
