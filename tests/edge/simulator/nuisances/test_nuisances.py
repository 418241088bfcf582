"""Nuisances can be drawn in any frame, fit it, and are never labelled."""

from __future__ import annotations

import numpy as np
import pytest

from edge.simulator.nuisances import NUISANCES, draw_nuisances, place_nuisance


@pytest.mark.parametrize("name", list(NUISANCES))
@pytest.mark.parametrize("size", [(256, 800), (32, 64)])
def test_each_nuisance_changes_the_strip_and_has_no_mask(rng, sheets, name, size):
    nuisance = NUISANCES[name]
    stamps = [nuisance.draw(rng, sheets, *size) for _ in range(5)]
    for stamp in stamps:
        assert stamp.mask is None
        assert stamp.gain.dtype == np.float32
        assert np.isfinite(stamp.gain).all()
        assert stamp.gain.min() >= 0.0
        assert not nuisance.whole_frame or stamp.shape == size
    assert any(s.gain.std() > 0 or (s.glow is not None and s.glow.std() > 0) for s in stamps)


def test_paint_is_white_enough_to_clip(rng, sheets):
    assert NUISANCES["paint mark"].draw(rng, sheets, 256, 800).glow.max() > 255


def test_at_least_half_of_a_nuisance_lies_on_the_frame(rng, sheets):
    nuisance = NUISANCES["scuff"]
    for _ in range(100):
        stamp = nuisance.draw(rng, sheets, 256, 800)
        top, left = place_nuisance(rng, nuisance, stamp, 256, 800)
        tall, wide = stamp.shape
        assert -tall / 2 <= top <= 256 - tall // 2
        assert -wide / 2 <= left <= 800 - wide // 2


def test_paint_and_tread_are_rarer_on_frames_with_defects(rng, sheets):
    def share(clean):
        seen = [
            any(stamp.shape == (32, 64) for stamp, _, _ in found)
            for found in (
                list(draw_nuisances(rng, sheets, 32, 64, clean=clean)) for _ in range(600)
            )
        ]
        return np.mean(seen)

    assert share(True) > share(False)
