"""Numbers of engines: decoded by scale and zero point, or as they are."""

from __future__ import annotations

import numpy as np
import pytest

from edge.vision.engines.quantized import Quantized


@pytest.mark.parametrize(
    ("values", "scale", "zero", "numbers"),
    [
        (np.array([-128, 0, 127], np.int8), 0.5, -128, [0.0, 64.0, 127.5]),
        (np.array([0, 255], np.uint8), 1 / 255, 0, [0.0, 1.0]),
        (np.array([0, 255], np.uint8), 0.25, 255, [-63.75, 0.0]),
        (np.array([1.5, -2.0], np.float32), 0.0, 0, [1.5, -2.0]),
    ],
)
def test_a_number_is_its_distance_from_zero_times_the_scale(values, scale, zero, numbers):
    decoded = Quantized(values, scale, zero).decoded()
    assert decoded.dtype == np.float32
    assert decoded == pytest.approx(np.array(numbers))


def test_float_values_are_not_copied():
    values = np.zeros((2, 3), np.float32)
    tensor = Quantized(values)
    assert tensor.shape == (2, 3)
    assert tensor.decoded() is values
