from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from train.augment import conditions as c


def strip(height=64, width=100, seed=0):
    return np.random.default_rng(seed).integers(60, 160, (height, width)).astype(np.uint8)


def rng(seed=0):
    return np.random.default_rng(seed)


ALL = {
    "lit": lambda p, r: c.with_brightness(p, gain=0.4, offset=-0.1),
    "motion": lambda p, r: c.motion_blurred(p, 9),
    "defocus": lambda p, r: c.defocused(p, 2.0),
    "noise": lambda p, r: c.with_noise(p, r, 0.04),
    "jpeg": lambda p, r: c.jpeg(p, 30),
    "shift": lambda p, r: c.shifted(p, 3, -3),
    "dust": lambda p, r: c.with_dust(p, r, 5),
    "band": lambda p, r: c.with_strip_edge(p, 20, "right", 3.0),
    **c.NUISANCES,
}


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("size", [(64, 100), (12, 20), (128, 200)])
def test_every_condition_gives_a_picture_of_the_same_size(name, size):
    before = strip(*size)
    pixels = before.copy()
    out = ALL[name](pixels, rng())
    assert (out.shape, out.dtype) == (pixels.shape, np.uint8)
    np.testing.assert_array_equal(pixels, before)
    np.testing.assert_array_equal(ALL[name](pixels, rng()), out)
    assert not np.array_equal(out, pixels)


@pytest.mark.parametrize(
    ("gain", "offset", "wanted"),
    [(0.2, 0, 120), (-0.4, 0, 60), (0, 0.1, 126), (0, -0.5, 0), (2.0, 0, 255)],
)
def test_light_is_a_share_and_clips(gain, offset, wanted):
    assert (
        c.with_brightness(np.full((4, 4), 100, np.uint8), gain=gain, offset=offset) == wanted
    ).all()


def test_motion_smears_along_the_strip_and_not_across():
    dot = np.zeros((21, 21), np.uint8)
    dot[10, 10] = 250
    lines, columns = np.nonzero(c.motion_blurred(dot, 5))
    assert (lines.min(), lines.max(), set(columns)) == (8, 12, {10})


def test_defocus_spreads_by_its_sigma():
    dot = np.zeros((41, 41), np.uint8)
    dot[20, 20] = 255
    out = c.defocused(np.repeat(dot.max(0)[None], 41, axis=0), 2.0)[20].astype(float)
    spread = np.sqrt((out * (np.arange(41) - 20) ** 2).sum() / out.sum())
    assert spread == pytest.approx(2.0, abs=0.2)


def test_noise_has_its_strength():
    out = c.with_noise(np.full((200, 200), 128, np.uint8), rng(), 0.04)
    assert out.std() == pytest.approx(0.04 * 255, rel=0.03)


def test_jpeg_does_more_damage_at_lower_quality():
    damage = [np.abs(c.jpeg(strip(), q).astype(int) - strip()).mean() for q in (95, 50, 10)]
    assert damage == sorted(damage)


@given(st.integers(-12, 12), st.integers(-12, 12))
def test_shift_moves_and_repeats_the_border(right, down):
    pixels = strip(16, 24)
    out = c.shifted(pixels, right, down)
    for y, x in ((0, 0), (15, 23), (7, 11)):
        assert out[y, x] == pixels[np.clip(y - down, 0, 15), np.clip(x - right, 0, 23)]


def test_dust_is_small_dark_and_bright_and_stays_where_it_is():
    flat = np.full((128, 400), 100, np.uint8)
    out = c.with_dust(flat, rng(3), 30)
    assert out.min() < 85
    assert out.max() > 115
    assert 0.001 < (np.abs(out.astype(int) - 100) > 5).mean() < 0.05
    other = c.with_dust(np.full_like(flat, 150), rng(3), 30)
    np.testing.assert_array_equal(other[out < 90] < 150, True)
    np.testing.assert_array_equal(other[out > 110] > 150, True)
    np.testing.assert_array_equal(c.with_dust(flat, rng(3), 0), flat)


@pytest.mark.parametrize("side", ["left", "right"])
def test_band_is_black_as_far_as_it_says_and_leaves_the_rest(side):
    pixels = strip()
    out = c.with_strip_edge(pixels, 30, side)
    if side == "right":
        pixels, out = pixels[:, ::-1], out[:, ::-1]
    assert (out[:, :30] == c.BLACK).all()
    assert (out[:, 30 : 30 + c.EDGE_PX] <= pixels[:, 30 : 30 + c.EDGE_PX]).all()
    np.testing.assert_array_equal(out[:, 30 + c.EDGE_PX :], pixels[:, 30 + c.EDGE_PX :])


def test_a_slanted_edge_wanders_by_its_slant():
    black = (
        c.with_strip_edge(np.full((101, 100), 200, np.uint8), 40, "left", 10.0) == c.BLACK
    ).sum(axis=1)
    assert (black[0], black[50], black[100]) == (35, 40, 45)


def test_oil_darkens_softly():
    flat = np.full((128, 200), 120, np.uint8)
    stained = [c.with_oil(flat, rng(seed)) for seed in range(20)]
    assert all(out.max() <= 120 for out in stained)
    assert all(out.min() > 70 for out in stained)
    assert np.mean([(out < 115).any() for out in stained]) > 0.5


def test_water_brightens_and_darkens_and_hides_nothing():
    pixels = strip(128, 200)
    wet = [c.with_water(pixels, rng(seed)) for seed in range(20)]
    change = np.array([out.astype(int) - pixels for out in wet])
    assert change.min() < -5
    assert change.max() > 5
    assert all(np.corrcoef(out.ravel(), pixels.ravel())[0, 1] > 0.5 for out in wet)
