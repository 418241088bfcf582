"""Logits become probabilities, whatever their size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from edge.vision.engines.activations import activated, sigmoid, softmax

logits = hnp.arrays(
    np.float32,
    hnp.array_shapes(min_dims=2, max_dims=2, max_side=6),
    elements=st.floats(-1e4, 1e4, width=32),
)


@given(logits)
def test_probabilities_are_fractions_and_softmax_adds_up(values):
    assert softmax(values).sum(axis=1) == pytest.approx(1, abs=1e-5)
    for out in (softmax(values), sigmoid(values)):
        assert np.isfinite(out).all() and out.min() >= 0 and out.max() <= 1


def test_known_values():
    assert sigmoid(np.array([[0.0, np.log(3)]])) == pytest.approx(np.array([[0.5, 0.75]]))
    assert softmax(np.array([[0.0, np.log(3)]])) == pytest.approx(np.array([[0.25, 0.75]]))


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
def test_a_temperature_divides_the_logits_first(activation):
    plain = softmax if activation == "softmax" else sigmoid
    rows = np.array([[0.5, -3.0, 2.0]], np.float32)
    assert activated(rows, activation, 2.0) == pytest.approx(plain(rows / 2))
    assert (activated(rows, activation) == plain(rows)).all()
    assert activated(rows, activation).dtype == np.float32
