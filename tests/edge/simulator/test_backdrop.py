"""A stretch runs on without a seam, and its strip is where its band is not."""

from __future__ import annotations

import numpy as np
import pytest

from edge.simulator.backdrop import Backdrop, sensor_noise, stretch_lines


@pytest.fixture
def backdrop(sheets):
    made = Backdrop(np.random.default_rng(5), sheets, 128, 500)
    for _ in made.prepare():
        pass
    return made


def test_it_is_prepared_in_several_steps(sheets):
    unready = Backdrop(np.random.default_rng(5), sheets, 128, 500)
    steps = unready.prepare()
    next(steps)
    with pytest.raises(RuntimeError, match="not prepared"):
        unready.view(0, 0, 400)
    assert len(list(steps)) >= 1


def test_consecutive_views_join_without_a_seam(backdrop):
    views = [backdrop.view(line, 10, 400) for line in range(0, 12 * 128, 128)]
    strip = np.concatenate(views).astype(int)
    step = np.abs(np.diff(strip, axis=0)).mean(axis=1)
    seams = step[127::128]
    assert seams.max() < 1.6 * np.median(step)


def test_the_strip_is_told_in_columns_of_the_view(sheets):
    for seed in range(30):
        made = Backdrop(np.random.default_rng(seed), sheets, 64, 500)
        for _ in made.prepare():
            pass
        first, last = made.strip_columns(20, 400)
        assert 0 <= first < last <= 400
        view = made.view(0, 20, 400)
        black = np.delete(view, np.s_[max(first - 8, 0) : last + 8], axis=1)
        assert black.size == 0 or black.max() < 25


def test_noise_is_centred_on_128(sheets, rng):
    noise = sensor_noise(rng, sheets, 128, 400)
    assert noise.dtype == np.uint8
    assert noise.mean() == pytest.approx(128, abs=1)
    assert noise.std() == pytest.approx(16, abs=1)
    assert stretch_lines(256) == 384
