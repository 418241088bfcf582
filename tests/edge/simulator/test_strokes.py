"""Strokes follow their points and keep to their strength."""

from __future__ import annotations

import numpy as np
import pytest

from edge.simulator.strokes import draw_stroke, softened, stroke_canvas, wandering


@pytest.mark.parametrize("thickness", [1, 3])
def test_a_stroke_marks_its_column_and_no_other(rng, thickness):
    canvas = stroke_canvas(80, 30)
    y = np.linspace(0, 79, 9)
    draw_stroke(rng, canvas, np.full(9, 12.0), y, strength=0.6, thickness=thickness)
    inked = np.flatnonzero(canvas.any(axis=0))
    assert 12 in inked
    assert np.abs(inked - 12).max() <= thickness
    assert canvas[20:60, 12].all()


def test_a_wandering_line_starts_and_ends_where_it_should(rng):
    walk = wandering(rng, 30, 5.0)
    assert walk[0] == pytest.approx(0.0)
    assert walk[-1] == pytest.approx(0.0)
    assert 0.0 < np.abs(walk).max() < 60.0


def test_softened_canvas_runs_from_0_to_1():
    canvas = stroke_canvas(9, 9)
    canvas[4, 4] = 255
    assert softened(canvas).max() == pytest.approx(1.0)
    assert 0.0 < softened(canvas, 1.0)[4, 5] < softened(canvas, 1.0)[4, 4] < 1.0
