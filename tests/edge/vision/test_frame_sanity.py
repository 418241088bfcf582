"""Pictures that cannot be of strip are noticed, and strip never is taken for one."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.cameras.simulated import SimulatedCamera
from edge.core.inspection import Cause
from edge.vision.frame_sanity import FrameSanity

DATA = Path(os.environ.get("MILLSIGHT_DATA", "../shared/data"))


def steel(seed, shape=(256, 1600)):
    return np.random.default_rng(seed).integers(60, 200, shape).astype(np.uint8)


def noisy(level, seed=0, shape=(256, 1600)):
    noise = np.random.default_rng(seed).integers(0, 6, shape)
    return np.clip(level - noise, 0, 255).astype(np.uint8)


def banded(share, pixels):
    pixels = pixels.copy()
    pixels[:, : round(share * pixels.shape[1])] = 3
    return pixels


@pytest.mark.parametrize(
    ("pixels", "cause"),
    [
        pytest.param(steel(0), None, id="steel"),
        pytest.param(steel(0, (20, 60)), None, id="small"),
        pytest.param(banded(0.95, steel(0)), None, id="wide band"),
        pytest.param(banded(0.3, noisy(40)), None, id="dark strip beside a band"),
        pytest.param(noisy(9), Cause.BLACK, id="black"),
        pytest.param(noisy(5, shape=(20, 60)), Cause.BLACK, id="small and black"),
        pytest.param(noisy(255), Cause.SATURATED, id="saturated"),
        pytest.param(banded(0.7, noisy(255)), Cause.SATURATED, id="saturated beside a band"),
    ],
)
def test_black_and_saturated_pictures_are_named(pixels, cause):
    found = FrameSanity(live=True).check(pixels)
    assert found is None if cause is None else found[0] is cause and "\n" not in found[1]


@pytest.mark.parametrize(("live", "cause"), [(True, Cause.FROZEN), (False, None)])
def test_a_live_camera_that_gives_the_same_picture_again_is_frozen(live, cause):
    plausible = FrameSanity(live=live)
    first = steel(1)
    assert plausible.check(first) is None
    again = plausible.check(first.copy())
    assert (again[0] if again else None) is cause
    assert plausible.check(steel(2)) is None


def test_a_buffer_that_the_camera_fills_anew_is_not_frozen():
    plausible, buffer = FrameSanity(live=True), steel(1)
    plausible.check(buffer)
    buffer[:] = steel(2)
    assert plausible.check(buffer) is None


def test_trouble_is_told_when_it_begins_and_when_it_ends():
    told, said = [], []
    plausible = FrameSanity(live=True, say=said.append)
    pictures = [steel(0), noisy(5, 1), noisy(5, 2), *map(steel, range(100, 140))]
    for number, pixels in enumerate(pictures):
        plausible.check(pixels)
        told += [(number, said.pop()) for _ in said[:]]
    (began, first), (ended, second) = told
    assert began == 1 and "black" in first and "not inspected" in first
    assert ended > 3 and "strip again, after 2" in second


def test_trouble_that_comes_and_goes_is_told_of_once():
    said = []
    plausible = FrameSanity(live=True, say=said.append)
    for number in range(100):
        plausible.check(noisy(5, number) if number % 3 else steel(number))
    assert len(said) == 1


@pytest.mark.parametrize("folder", ["severstal/frames", "cr7/images", "neuseg/images"])
def test_real_strip_raises_no_alarm(folder):
    paths = sorted((DATA / folder).glob("*"))
    if not paths:
        pytest.skip(f"there are no frames in {DATA / folder}")
    plausible = FrameSanity(live=False)
    wrong = [
        p.name for p in paths[::7] if plausible.check(cv2.imread(str(p), cv2.IMREAD_GRAYSCALE))
    ]
    assert wrong == []


def test_simulated_strip_raises_no_alarm():
    said = []
    plausible = FrameSanity(live=True, say=said.append)
    for taken in SimulatedCamera(paced=False, seed=5, defect_rate=0.5):
        assert plausible.check(taken.pixels) is None
        if taken.number == 40:
            break
    assert said == []
