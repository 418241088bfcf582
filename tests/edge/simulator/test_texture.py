"""The bare strip: marks along y, even in mean, and each optional layer does something."""

from __future__ import annotations

import numpy as np
import pytest

from edge.simulator import texture
from edge.simulator.texture import NOMINAL_GREY, draw_texture, roll_marks


def test_rolling_marks_run_along_y(rng, sheets):
    marks = roll_marks(rng, sheets, 256, 800)
    column_profile, line_profile = marks.mean(axis=0), marks.mean(axis=1)
    assert column_profile.std() > 5 * line_profile.std()
    halves = np.corrcoef(marks[:128].mean(axis=0), marks[128:].mean(axis=0))[0, 1]
    assert halves > 0.8


def test_texture_keeps_the_nominal_grey(rng, sheets):
    means = [draw_texture(rng, sheets, 128, 400).mean() for _ in range(20)]
    assert np.mean(means) == pytest.approx(NOMINAL_GREY, rel=0.1)


@pytest.mark.parametrize("layer", ["add_ripple", "add_mottle", "add_grain"])
def test_every_layer_changes_the_surface_in_place(rng, sheets, layer):
    surface = np.ones((128, 400), dtype=np.float32)
    getattr(texture, layer)(rng, sheets, surface)
    assert surface.std() > 0.002
    assert 0.3 < surface.min() < surface.max() < 2.0


def test_sparkle_only_brightens(rng, sheets):
    surface = np.ones((128, 400), dtype=np.float32)
    texture.add_sparkle(rng, sheets, surface)
    assert surface.min() == 1.0
