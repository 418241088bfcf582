"""Faults on purpose: each shows as a real one does, when it was asked for."""

from __future__ import annotations

import numpy as np
import pytest

from edge.cameras.simulated_faults import SimulatedFault, SimulatedFaults
from edge.core.errors import ConfigError
from edge.core.frame import Absence, Frame
from edge.core.inspection import Cause

PERIOD = 0.1


def frames(count):
    """Frames whose pixels tell their numbers."""
    chance = np.random.default_rng(1)
    for number in range(count):
        pixels = chance.integers(60, 200, (20, 40), dtype=np.uint8)
        yield Frame(pixels, number, number * PERIOD, "cam")


def with_faults(count=20, when=None, **settings):
    return list(SimulatedFaults(when or {}, **settings).over(frames(count)))


def test_without_faults_frames_pass_as_they_are():
    items = with_faults()
    assert [item.number for item in items] == list(range(20))
    assert np.array_equal(items[7].pixels, list(frames(20))[7].pixels)


def test_a_dropped_frame_leaves_a_jump():
    assert [item.number for item in with_faults(5, {SimulatedFault.DROP: [1, 3]})] == [0, 2, 4]


def test_a_frozen_camera_repeats_the_picture_before():
    items = with_faults(12, {SimulatedFault.FREEZE: [4]}, lasting_frames=5)
    same = [np.array_equal(item.pixels, items[3].pixels) for item in items]
    assert same == [False] * 3 + [True] * 6 + [False] * 3
    assert [item.number for item in items] == list(range(12))


@pytest.mark.parametrize(("fault", "low", "high"), [("black", 0, 3), ("saturate", 252, 255)])
def test_a_black_or_white_picture_has_noise_and_nothing_else(fault, low, high):
    items = with_faults(12, {SimulatedFault(fault): [4]}, lasting_frames=5)
    for item in items:
        inside = low <= item.pixels.min() <= item.pixels.max() <= high
        assert inside == (4 <= item.number < 9)
    assert not np.array_equal(items[4].pixels, items[5].pixels)


def test_half_a_picture_and_one_of_another_size():
    items = with_faults(6, {SimulatedFault.HALF: [2], SimulatedFault.WRONG_SIZE: [4]})
    assert (items[2].pixels[10:] == 0).all()
    assert (items[2].pixels[:10] > 0).all()
    assert [item.pixels.shape for item in items] == [(20, 40)] * 4 + [(20, 30), (20, 40)]


def test_a_camera_that_vanishes_is_absent_for_so_long_and_says_so():
    items = with_faults(60, {SimulatedFault.VANISH: [10]}, vanish_s=2.45)
    away = [item for item in items if isinstance(item, Absence)]
    came = [item.number for item in items if isinstance(item, Frame)]
    assert came == [*range(10), *range(35, 60)]
    assert [round(item.taken_at, 3) for item in away] == [1.0, 2.0, 3.0]
    assert {item.cause for item in away} == {Cause.CAMERA_LOST}
    assert "gone" in away[0].detail


def test_rates_are_kept_and_the_same_seed_gives_the_same_faults():
    drawn = [with_faults(2000, {SimulatedFault.DROP: 0.1}, seed=seed) for seed in (1, 1, 2)]
    assert 1750 < len(drawn[0]) < 1850
    numbers = [[item.number for item in items] for items in drawn]
    assert numbers[0] == numbers[1] != numbers[2]


@pytest.mark.parametrize(
    "settings",
    [
        {"when": {SimulatedFault.DROP: 1.5}},
        {"when": {}, "lasting_frames": 0},
        {"when": {}, "vanish_s": 0},
    ],
)
def test_settings_that_make_no_sense_are_refused(settings):
    with pytest.raises(ConfigError):
        SimulatedFaults(**settings)
