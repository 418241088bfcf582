"""Noise sheets are what they say: unit spread, their own direction, the same each time."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from edge.simulator.noise import NoiseSheets, draw_noise_sheets, low_field, window

NAMES = [field.name for field in fields(NoiseSheets)]


def likeness(sheet, lines, columns):
    """Correlation of a sheet with itself, moved by so many lines and columns."""
    height, width = sheet.shape
    moved = sheet[lines:, columns:]
    return np.corrcoef(sheet[: height - lines, : width - columns].ravel(), moved.ravel())[0, 1]


@pytest.mark.parametrize("name", NAMES)
def test_sheets_have_zero_mean_and_unit_spread(sheets, name):
    sheet = getattr(sheets, name)
    assert sheet.dtype == np.float32
    assert abs(sheet.mean()) < 0.01
    assert sheet.std() == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(
    ("name", "along_y"),
    [("streak", True), ("dash", True), ("mottle", True), ("ripple", False), ("weave", False)],
)
def test_marks_run_where_they_should(sheets, name, along_y):
    down = likeness(getattr(sheets, name), 4, 0)
    across = likeness(getattr(sheets, name), 0, 4)
    assert (down > across + 0.1) == along_y
    assert (across > down + 0.1) == (not along_y)


def test_the_same_seed_gives_the_same_noise_and_another_seed_does_not():
    first, again, other = (draw_noise_sheets(seed, 40, 70) for seed in (1, 1, 2))
    for name in NAMES:
        assert np.array_equal(getattr(first, name), getattr(again, name))
        assert not np.array_equal(getattr(first, name), getattr(other, name))


def test_a_window_may_be_as_large_as_its_sheet(sheets, rng):
    lines, columns = sheets.grain.shape
    assert np.array_equal(window(rng, sheets.grain, lines, columns), sheets.grain)
    assert window(rng, sheets.grain, 5, 9).shape == (5, 9)


def test_a_low_field_is_smooth(rng):
    field = low_field(rng, 60, 200, 3, 5)
    assert field.shape == (60, 200)
    assert np.abs(np.diff(field, axis=1)).max() < 0.2
