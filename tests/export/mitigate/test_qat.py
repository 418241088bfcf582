"""Quantization-aware training: what is rounded, and that the result is a plain network."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from edge.vision.preprocess import as_fractions
from export.convert.forms import REQUIRED, convert_rung
from export.convert.parity import largest_difference
from export.convert.quantization import PLAIN
from export.mitigate.qat import (
    fine_tune,
    round_activations,
    round_weights,
    rounding_copy,
)
from tests.export.networks import INPUTS, convolutional, dense
from tests.export.toy import Silent


def test_weights_have_255_levels_for_each_channel() -> None:
    kernel = np.random.default_rng(0).normal(size=(3, 3, 4, 2)).astype(np.float32)
    kernel[..., 1] *= 100
    rounded = np.asarray(round_weights(kernel, (0, 1, 2)))
    for channel in range(2):
        step = np.abs(kernel[..., channel]).max() / 127
        levels = rounded[..., channel] / step
        np.testing.assert_allclose(levels, np.round(levels), atol=1e-3)
        assert np.abs(rounded[..., channel] - kernel[..., channel]).max() <= 0.51 * step


@pytest.mark.parametrize(("low", "high"), [(0.0, 6.0), (-1.0, 3.0), (0.5, 2.0), (-4.0, -1.0)])
def test_activations_are_clipped_and_zero_is_exact(low: float, high: float) -> None:
    values = np.linspace(-10, 10, 1001, dtype=np.float32)
    rounded = np.asarray(round_activations(values, low, high))
    ends = min(low, 0.0), max(high, 0.0)
    step = (ends[1] - ends[0]) / 255
    assert rounded.min() >= ends[0] - step and rounded.max() <= ends[1] + step
    assert len(np.unique(np.round(rounded / step))) <= 256
    assert np.asarray(round_activations(np.zeros(1, np.float32), low, high))[0] == 0.0


def test_gradients_pass_the_rounding() -> None:
    import tensorflow as tf

    values = tf.Variable([0.3, 5.0, 7.0])
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(round_activations(values, 0.0, 6.0))
    np.testing.assert_array_equal(tape.gradient(total, values), [1.0, 1.0, 0.0])


@pytest.mark.parametrize("build", [convolutional, dense])
def test_a_copy_computes_nearly_what_int8_computes(build: Any) -> None:
    network = build()
    copy = rounding_copy(network, INPUTS)
    exact, rounded = (m.predict(as_fractions(INPUTS), verbose=0) for m in (network, copy))
    off = np.abs(rounded - exact).max()
    assert 0 < off < 0.1 * np.ptp(exact) + 0.05
    for mine, theirs in zip(copy.get_weights(), network.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_fine_tuning_gives_plain_networks_that_say_about_the_same() -> None:
    network = convolutional()
    before = [weights.copy() for weights in network.get_weights()]
    shrunk: Any = SimpleNamespace(
        model=network,
        inputs=INPUTS,
        run=SimpleNamespace(card=SimpleNamespace(activation="softmax")),
    )
    tuned = dict(fine_tune(shrunk, INPUTS, 2, Silent(), "gate"))
    assert list(tuned) == [1, 2]
    assert [type(layer) for layer in tuned[2].layers] == [type(layer) for layer in network.layers]
    assert (
        largest_difference(network, convert_rung(REQUIRED, tuned[2], INPUTS, PLAIN), INPUTS) < 0.1
    )
    for weights, untouched in zip(network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weights, untouched)
