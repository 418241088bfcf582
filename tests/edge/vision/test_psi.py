"""The population-stability index: by hand, by its properties, and of frames and scores."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from edge.vision.psi import (
    SMOOTHING,
    GreyIndex,
    ScoreIndex,
    grey_levels,
    psi,
)


def shares(bins):
    counts = arrays(np.float64, bins, elements=st.integers(0, 1000).map(float))
    return counts.filter(lambda c: c.sum() > 0).map(lambda c: c / c.sum())


@pytest.mark.parametrize(
    ("expected", "actual"),
    [([0.5, 0.5], [0.6, 0.4]), ([0.25, 0.25, 0.5], [0.1, 0.3, 0.6]), ([0.9, 0.1], [0.1, 0.9])],
)
def test_by_hand(expected, actual):
    by_hand = sum((a - e) * math.log(a / e) for e, a in zip(expected, actual, strict=True))
    assert float(psi(np.array(expected), np.array(actual))) == pytest.approx(by_hand, rel=0.01)


def test_an_empty_bin_counts_for_much_and_not_for_infinity():
    found = float(psi(np.full(10, 0.1), np.array([0.0] + [1 / 9] * 9)))
    assert found == pytest.approx(0.1 * math.log(1 / SMOOTHING) + 0.1 * math.log(10 / 9), rel=0.02)


@given(shares(7), shares(7))
def test_it_is_never_negative_symmetric_and_nought_only_of_equals(one, other):
    found = float(psi(one, other))
    assert found >= 0
    assert found == pytest.approx(float(psi(other, one)))
    assert float(psi(one, one)) == 0
    if np.abs(one - other).max() > 1e-3:
        assert found > 1e-7


def test_many_histograms_at_once_are_each_as_alone():
    rng = np.random.default_rng(0)
    many = rng.dirichlet(np.ones(5), (3, 4))
    expected = np.full(5, 0.2)
    assert psi(expected, many).shape == (3, 4)
    assert float(psi(expected, many)[1, 2]) == pytest.approx(float(psi(expected, many[1, 2])))


@pytest.mark.parametrize("shape", [(256, 1600), (128, 400), (32, 64), (7, 5), (1, 1)])
def test_grey_levels_of_frames_of_every_size(shape):
    levels = grey_levels(np.full(shape, 200, np.uint8))
    assert levels.shape == (256,)
    assert levels[200] == levels.sum() == 1


def test_an_edge_is_the_first_level_of_its_bin():
    index = GreyIndex([100, 200], [0.2, 0.5, 0.3])
    pixels = np.repeat(np.array([99, 100, 199, 200], np.uint8), 64).reshape(4, 64).repeat(8, axis=0)
    assert index.shares(pixels).tolist() == [0.25, 0.5, 0.25]


def test_as_many_defects_as_the_data_has_or_fewer_are_no_drift_and_more_are():
    clean, defective = np.array([0.6, 0.3, 0.1, 0.0]), np.array([0.1, 0.1, 0.2, 0.6])
    index = ScoreIndex([0.1, 0.5, 0.9], clean, defective, 0.4)
    for share in (0.0, 0.03, 0.2, 0.4):
        assert float(index.psi((1 - share) * clean + share * defective)) < 0.001
    assert float(index.psi(defective)) > 0.25
    assert float(index.psi(np.array([0.2, 0.2, 0.5, 0.1]))) > 0.25


def test_scores_fall_into_bins_ties_and_all():
    index = ScoreIndex([0.1, 0.5], [0.5, 0.3, 0.2], [0.1, 0.1, 0.8], 0.5)
    found = index.shares(np.array([0.0, 0.0, 0.1, 0.5, 1.0], np.float32))
    assert found.tolist() == pytest.approx([0.4, 0.2, 0.4])
