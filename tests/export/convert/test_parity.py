"""A network and its file, tensor for tensor."""

from __future__ import annotations

import numpy as np
import pytest

from export.convert.every_form import convert_to
from export.convert.forms import EXACT
from export.convert.parity import CONVERSION_TOLERANCE
from tests.export.toy import Silent
from train.backend import load_keras


@pytest.mark.parametrize("sizes", [[(32, 64), (64, 128)], [(64, 32), (32, 64), (32, 32)]])
def test_a_network_without_a_size_is_compared_at_one_size_after_another(
    sizes: list[tuple[int, int]],
) -> None:
    keras = load_keras()
    given = keras.Input((None, None, 1))
    half = keras.layers.Conv2D(3, 3, strides=2, padding="same")(given)
    whole = keras.layers.UpSampling2D(2, interpolation="bilinear")(half)
    model = keras.Model(given, keras.layers.Conv2D(2, 1)(whole))
    rng = np.random.default_rng(0)
    for height, width in sizes:
        inputs = rng.integers(0, 256, (3, height, width), dtype=np.uint8)
        made = convert_to(
            [EXACT],
            model,
            inputs,
            Silent(),
            name="toy",
            what="the toy",
            required=[EXACT],
            shape=(1, height, width, 1),
        )
        assert made.parity[EXACT] < CONVERSION_TOLERANCE
