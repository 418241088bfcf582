"""Composed strip never repeats, runs on, and is cheap in memory."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise

import numpy as np
import pytest

from edge.core.errors import ConfigError
from edge.simulator import StripSimulator
from edge.simulator.composer import StripComposer
from edge.simulator.stamp import make_stamp

MIB = 2**20


def test_no_frame_repeats_within_10_000():
    composer = StripComposer(seed=1, width=64, height=32)
    seen = {hash(composer.compose().pixels.tobytes()) for _ in range(10_000)}
    assert len(seen) == 10_000


def test_the_same_seed_composes_the_same_strip():
    first, again, other = (StripComposer(seed=s, width=200, height=64) for s in (3, 3, 4))
    for _ in range(30):
        frame, repeated = first.compose(), again.compose()
        assert np.array_equal(frame.pixels, repeated.pixels)
        assert frame.defects == repeated.defects
        assert not np.array_equal(frame.pixels, other.compose().pixels)


def test_memory_stays_under_64_mib():
    tracemalloc.start()
    try:
        composer = StripComposer()
        for _ in range(230):
            composer.compose()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert composer.nbytes < peak < 64 * MIB


@pytest.mark.parametrize(("rate", "least", "most"), [(0.0, 0, 0), (0.3, 60, 120), (1.0, 300, 300)])
def test_frames_have_defects_as_often_as_asked(rate, least, most):
    composer = StripComposer(defect_rate=rate, width=400, height=128)
    frames = [composer.compose() for _ in range(300)]
    assert least <= sum(bool(frame.defects) for frame in frames) <= most
    for frame in frames:
        for defect in frame.defects:
            x, y, width, height = defect.box
            assert 0 <= x < x + width <= 400
            assert 0 <= y < y + height <= 128
            assert defect.class_id in (1, 2, 3, 4)
            assert defect.mask.shape == (height, width)
            assert defect.mask.any()


def test_a_defects_mask_lies_where_it_was_laid_however_mirrored(monkeypatch):
    """A stamp that darkens where its mask is, and nothing else on the strip."""
    mask = np.zeros((12, 30), np.bool_)
    mask[:4, :21] = mask[4:9, :5] = True
    stamp = make_stamp(np.where(mask, 0.3, 1.0), None, mask)
    composer = StripComposer(defect_rate=1.0, width=400, height=128, seed=4)
    monkeypatch.setattr(composer._bank, "nearest", lambda rng, plan: stamp)
    monkeypatch.setattr(composer, "_paste_nuisances", lambda *args, **more: None)
    before = []
    exposed = composer._exposed
    monkeypatch.setattr(
        composer, "_exposed", lambda view: before.append(exposed(view)) or before[-1].copy()
    )
    shapes = set()
    for _ in range(60):
        frame = composer.compose()
        darker = frame.pixels < 0.8 * before[-1]
        told = np.zeros_like(darker)
        for defect in frame.defects:
            x, y, width, height = defect.box
            told[y : y + height, x : x + width] |= defect.mask
            shapes.add(defect.mask.tobytes())
        lit = before[-1] > 40
        assert (darker & lit == told & lit).mean() > 0.999
    assert len(shapes) >= 4


@pytest.mark.parametrize(("frames_a_look", "least", "most"), [((1, 2), 10, 19), ((10, 11), 1, 1)])
def test_the_strip_changes_its_look_as_often_as_asked(frames_a_look, least, most):
    composer = StripComposer(
        defect_rate=0.0, width=400, height=128, frames_a_look=frames_a_look, seed=2
    )
    looks = [np.median(composer.compose().pixels, axis=0) for _ in range(20)]
    changes = sum(np.corrcoef(before, after)[0, 1] < 0.7 for before, after in pairwise(looks))
    assert least <= changes <= most


def test_marks_run_on_from_frame_to_frame():
    composer = StripComposer(defect_rate=0.0, width=400, height=128)
    profiles = [composer.compose().pixels.mean(axis=0) for _ in range(40)]
    likeness = [np.corrcoef(a, b)[0, 1] for a, b in pairwise(profiles)]
    assert np.median(likeness) > 0.85


def test_composed_frames_look_like_drawn_ones():
    def look(pixels):
        strip = pixels[:, pixels.mean(axis=0) > 20].astype(float)
        return strip.mean(), np.abs(np.diff(strip, axis=0)).mean()

    composer, simulator = (
        StripComposer(width=400, height=128),
        StripSimulator(width=400, height=128),
    )
    composed = np.array([look(composer.compose().pixels) for _ in range(2000)][::20])
    drawn = np.array([look(simulator.draw(i).pixels) for i in range(100)])
    assert np.median(composed, axis=0) == pytest.approx(np.median(drawn, axis=0), rel=0.3)


def test_a_rate_that_is_no_fraction_is_refused():
    with pytest.raises(ConfigError):
        StripComposer(defect_rate=2.0)
