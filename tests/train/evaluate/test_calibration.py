"""How far probabilities can be taken at their word."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from train.evaluate.calibration import (
    TEMPERATURES,
    Bin,
    expected_calibration_error,
    fit_temperature,
    reliability,
)


@pytest.mark.parametrize(
    ("confidence", "right", "bins", "filled", "error"),
    [
        ([], [], 15, (), None),
        ([1.0, 1.0], [True, True], 15, (Bin(1.0, 1.0, 2),), 0.0),
        ([0.0, 0.0], [True, False], 15, (Bin(0.0, 0.5, 2),), 0.5),
        ([0.2, 0.8], [False, True], 2, (Bin(0.2, 0.0, 1), Bin(0.8, 1.0, 1)), 0.2),
        ([0.75, 0.75, 0.75, 0.75], [True, True, True, False], 4, (Bin(0.75, 0.75, 4),), 0.0),
        ([0.1, 0.9, 0.9, 0.9], [False, True, True, False], 2, None, 0.1 / 4 + 0.7 / 4),
        ([0.5], [True], 2, (Bin(0.5, 1.0, 1),), 0.5),
    ],
)
def test_bins_and_error_by_hand(confidence, right, bins, filled, error) -> None:
    assert expected_calibration_error(confidence, right, bins) == pytest.approx(error)
    if filled is not None:
        assert reliability(confidence, right, bins) == filled


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1), st.integers(1, 20))
def test_every_item_is_in_one_bin_and_the_error_is_a_fraction(items, bins: int) -> None:
    confidence, right = zip(*items, strict=True)
    assert sum(part.n for part in reliability(confidence, right, bins)) == len(items)
    assert 0 <= expected_calibration_error(confidence, right, bins) <= 1


def drawn(count: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """Log odds of a defect [n], and whether it is there, as often as they say."""
    random = np.random.default_rng(5)
    odds = random.normal(0, 2, count)
    return odds, random.random(count) < expit(odds)


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
@pytest.mark.parametrize("factor", [0.6, 1.0, 3.0])
def test_what_was_too_sure_by_a_factor_is_mended(activation, factor: float) -> None:
    odds, defective = drawn()
    logits, shown = factor * odds[:, None], defective[:, None]
    if activation == "softmax":
        logits, shown = np.hstack([0 * logits, logits]), np.hstack([~shown, shown])
    temperature = fit_temperature(logits.astype(np.float32), shown, activation)
    assert temperature == pytest.approx(factor, rel=0.05)
    assert expected_calibration_error(expit(factor * odds / temperature), defective) < 0.02


def test_an_item_with_several_classes_is_right_in_any_of_them() -> None:
    """Two outputs share what the item shows: neither is wrong, so being sure costs nothing."""
    logits = np.array([[0.0, 4.0, 4.0], [4.0, 0.0, 0.0]] * 10, np.float32)
    shown = np.array([[False, True, True], [True, False, False]] * 10)
    assert fit_temperature(logits, shown, "softmax") == pytest.approx(TEMPERATURES[0], abs=1e-3)


@pytest.mark.parametrize(
    ("logits", "shown", "temperature"),
    [
        ([[0.0, 0.0]] * 4, [[True, False], [False, True]] * 2, 1.0),
        ([[0.0, 9.0]] * 4, [[False, True]] * 4, TEMPERATURES[0]),
        ([[0.0, 9.0]] * 4, [[True, False]] * 4, TEMPERATURES[1]),
    ],
    ids=["says nothing", "never wrong", "never right"],
)
def test_a_temperature_stays_within_bounds(logits, shown, temperature: float) -> None:
    fitted = fit_temperature(np.array(logits, np.float32), np.array(shown), "softmax")
    assert fitted == pytest.approx(temperature, rel=1e-3)
