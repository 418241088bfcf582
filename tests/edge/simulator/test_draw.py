"""A drawn frame depends on its seed and index alone, and its masks tell the truth."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from edge.core.errors import ConfigError
from edge.simulator import CLASS_DESCRIPTIONS, CLASSES, StripSimulator
from edge.simulator.noise import noise_sheets

SMALL = {"width": 400, "height": 128}


def same(first, second):
    return np.array_equal(first.pixels, second.pixels) and all(
        a.class_id == b.class_id and np.array_equal(a.mask, b.mask)
        for a, b in zip(first.defects, second.defects, strict=True)
    )


def test_frames_are_the_same_in_any_order_and_in_a_fresh_simulator():
    simulator = StripSimulator(4, **SMALL)
    forward = [simulator.draw(i) for i in range(5)]
    noise_sheets.cache_clear()
    fresh = StripSimulator(4, **SMALL)
    assert all(same(fresh.draw(i), forward[i]) for i in reversed(range(5)))


def test_frames_differ_by_index_and_by_seed():
    pictures = {
        StripSimulator(seed, **SMALL).draw(i).pixels.tobytes() for seed in (0, 1) for i in range(8)
    }
    assert len(pictures) == 16


@pytest.mark.parametrize(("rate", "least", "most"), [(0.0, 0, 0), (1.0, 30, 30), (0.5, 8, 22)])
def test_the_defect_rate_decides_how_many_frames_have_defects(rate, least, most):
    simulator = StripSimulator(2, defect_rate=rate, **SMALL)
    assert least <= sum(bool(simulator.draw(i).defects) for i in range(30)) <= most


@pytest.mark.parametrize("size", [(1600, 256), (400, 128), (64, 32), (200, 300)])
def test_pixels_and_masks_have_the_frames_size(size):
    width, height = size
    simulator = StripSimulator(1, defect_rate=1.0, width=width, height=height)
    for index in range(4):
        frame = simulator.draw(index)
        assert frame.pixels.shape == (height, width)
        assert frame.pixels.dtype == np.uint8
        for defect in frame.defects:
            assert defect.mask.shape == (height, width)
            assert defect.mask.dtype == np.bool_
            assert defect.mask.any()
            assert str(defect.class_id) in CLASSES


def test_each_defect_is_one_connected_object_on_the_strip():
    simulator = StripSimulator(3, defect_rate=1.0)
    for index in range(25):
        frame = simulator.draw(index)
        for defect in frame.defects:
            assert cv2.connectedComponents(defect.mask.astype(np.uint8))[0] == 2
            columns = np.flatnonzero(defect.mask.any(axis=0))
            assert frame.pixels[:, columns].mean() > 8


def test_a_defect_can_be_seen_where_its_mask_is(monkeypatch):
    """The same frame without its defects differs inside the masks and hardly elsewhere."""
    drawn = StripSimulator(6, defect_rate=1.0, **SMALL)
    frames = [drawn.draw(i) for i in range(12)]
    monkeypatch.setattr("edge.simulator.draw.lay", lambda *_: None)
    for index, frame in enumerate(frames):
        bare = drawn.draw(index).pixels.astype(int)
        change = np.abs(frame.pixels.astype(int) - bare)
        inside = np.any([defect.mask for defect in frame.defects], axis=0)
        assert change[inside].mean() > 0.3


@pytest.mark.parametrize(
    "settings", [{"defect_rate": -0.1}, {"defect_rate": 1.01}, {"width": 63}, {"height": 31}]
)
def test_what_cannot_be_drawn_is_refused_with_a_hint(settings):
    with pytest.raises(ConfigError) as error:
        StripSimulator(**settings)
    assert error.value.hint


def test_every_class_is_described():
    assert tuple(CLASS_DESCRIPTIONS) == CLASSES
