from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from train.augment.conditions import BLACK, NUISANCES
from train.augment.tiles import (
    NEVER,
    ROUGH,
    Augmentation,
    RandomChange,
    augmented,
)

NOTHING = Augmentation(
    flip=False,
    shift=0,
    gain=0,
    offset=0,
    gamma=0,
    noise=0,
    edge=NEVER,
    sliver=NEVER,
    dust=NEVER,
    defocus=NEVER,
    motion=NEVER,
    jpeg=NEVER,
)


def strips(n=64, height=12, width=20, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, height, width)).astype(np.uint8)


def one(**changed):
    return Augmentation(
        **{name: changed.get(name, getattr(NOTHING, name)) for name in NOTHING.__dataclass_fields__}
    )


def test_nothing_changed_is_the_network_input_itself():
    images = strips()
    out = augmented(images, np.random.default_rng(0), NOTHING)
    np.testing.assert_allclose(out[..., 0] * 255, images, atol=1e-4)


@given(st.integers(0, 2**32 - 1))
def test_output_is_input_of_the_network(seed):
    images = strips(5, seed=seed)
    before = images.copy()
    how = Augmentation(nuisances=tuple(NUISANCES), nuisance_share=0.5)
    out = augmented(images, np.random.default_rng(seed), how)
    assert out.shape == (5, 12, 20, 1)
    assert out.dtype == np.float32
    assert out.min() >= 0
    assert out.max() <= 1
    np.testing.assert_array_equal(images, before)


def test_the_same_seed_draws_the_same():
    first, again, other = (
        augmented(strips(), np.random.default_rng(seed), Augmentation()) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_flips_are_the_four_mirrorings():
    images = strips()
    out = np.rint(augmented(images, np.random.default_rng(0), one(flip=True))[..., 0] * 255)
    ways = [
        [np.array_equal(o, m) for m in (i, i[::-1], i[:, ::-1], i[::-1, ::-1])]
        for o, i in zip(out, images, strict=True)
    ]
    assert all(any(way) for way in ways)
    assert all(np.any(ways, axis=0))


def test_shifts_repeat_the_border():
    images = np.tile(np.arange(20, dtype=np.uint8), (64, 12, 1))
    out = np.rint(augmented(images, np.random.default_rng(0), one(shift=0.1))[..., 0] * 255)
    moves = out[:, 0, 10] - 10
    assert set(moves) == {-2, -1, 0, 1, 2}
    for row, move in zip(out[:, 0], moves, strict=True):
        np.testing.assert_array_equal(row, np.clip(np.arange(20) + move, 0, 19))


@pytest.mark.parametrize(
    ("change", "low", "high"),
    [
        ({"gain": 0.2}, 0.4, 0.6),
        ({"gain": 0.4}, 0.3, 0.7),
        ({"offset": 0.1}, 0.4, 0.6),
        ({"gamma": 0.2}, 0.5**1.2, 0.5**0.8),
    ],
)
def test_light_changes_within_its_range(change, low, high):
    grey = np.full((256, 2, 2), 128, np.uint8)
    out = augmented(grey, np.random.default_rng(0), one(**change))
    levels = out[:, 0, 0, 0]
    assert levels.min() > low - 0.01
    assert levels.max() < high + 0.01
    assert levels.max() - levels.min() > 0.8 * (high - low)


def test_noise_is_of_the_stated_strength_and_differs_between_items():
    grey = np.full((64, 40, 40), 128, np.uint8)
    out = augmented(grey, np.random.default_rng(0), one(noise=0.02))
    strengths = out.std(axis=(1, 2, 3))
    assert 0.015 < strengths.max() < 0.025
    assert strengths.min() < 0.005
    assert len(np.unique(out[:, 0, 0, 0])) > 60


def changed(**how):
    """Of many like items, those that came out otherwise, and all of them, in grey."""
    images = np.repeat(strips(1, 128, 200), 400, axis=0)
    out = np.rint(augmented(images, np.random.default_rng(0), one(**how))[..., 0] * 255)
    return (out != images).any(axis=(1, 2)), out.astype(int)


@pytest.mark.parametrize(
    ("change", "strength"),
    [
        ("edge", (0.05, 0.15)),
        ("sliver", (0.0, 0.015)),
        ("dust", (4, 8)),
        ("defocus", (1, 2)),
        ("motion", (3, 9)),
        ("jpeg", (30, 60)),
    ],
)
@pytest.mark.parametrize("share", [0.0, 0.1, 1.0])
def test_what_is_costly_comes_to_its_share_of_the_items(change, strength, share):
    which, _ = changed(**{change: RandomChange(share, *strength)})
    assert which.mean() == pytest.approx(share, abs=0.05)


@pytest.mark.parametrize("names", [(), ("oil",), ("water",), ("oil", "water")])
def test_nuisances_are_painted_only_where_they_are_background(names):
    which, _ = changed(nuisances=names, nuisance_share=0.2)
    assert which.mean() == pytest.approx(1 - 0.8 ** len(names), abs=0.06)


def test_the_edge_narrows_the_strip_and_hides_none_of_it():
    marks = np.full((64, 40, 200), 100, np.uint8)
    marks[:, :, 10:14] = 250
    marks[:, :, 186:190] = 250
    how = one(edge=RandomChange(1.0, 0.1, 0.15))
    out = np.rint(augmented(marks, np.random.default_rng(0), how)[:, 20, :, 0] * 255)
    black = out <= BLACK
    assert {bool(left) for left in black[:, 0]} == {True, False}
    assert (black[:, 0] != black[:, -1]).all()
    assert black.sum(axis=1).min() > 0.1 * 200 - 4
    assert black.sum(axis=1).max() < 0.15 * 200 + 4
    for line in out > 150:
        assert np.count_nonzero(np.diff(line.astype(int)) == 1) == 2


def test_a_sliver_of_the_edge_darkens_a_few_columns_of_one_side():
    grey = np.full((64, 40, 200), 150, np.uint8)
    how = one(sliver=RandomChange(1.0, -0.02, 0.015))
    out = np.rint(augmented(grey, np.random.default_rng(0), how)[:, 20, :, 0] * 255)
    dark = out < 149
    left, right = dark[:, :20].any(axis=1), dark[:, -20:].any(axis=1)
    assert not (left & right).any()
    assert {bool(side) for side in left} == {True, False}
    assert not dark[:, 10:-10].any()
    assert len(np.unique(dark.sum(axis=1))) > 3


def test_a_rough_line_is_noisier_for_some_items_and_not_for_most():
    grey = np.full((400, 40, 40), 128, np.uint8)
    usual, rough = (
        augmented(
            grey, np.random.default_rng(0), one(noise=how.noise, noise_power=how.noise_power)
        ).std(axis=(1, 2, 3))
        for how in (Augmentation(), ROUGH)
    )
    assert usual.max() < 0.016
    assert 0.15 < (rough > 0.02).mean() < 0.4
    assert np.median(rough) < 0.012
