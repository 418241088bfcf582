"""Plans keep objects apart, on the strip, and pits and cracks near its edge."""

from __future__ import annotations

import numpy as np
import pytest

from edge.core.errors import MillsightError
from edge.simulator.defect_layout import (
    choose_classes,
    plan_band,
    plan_defects,
    plan_frame,
    plan_object,
)
from edge.simulator.light import Band
from edge.simulator.statistics import IMAGES_BY_CLASSES


@pytest.mark.parametrize("classes", [c for c in IMAGES_BY_CLASSES if c])
@pytest.mark.parametrize("size", [(256, 1600), (128, 400), (32, 64)])
def test_objects_lie_on_the_strip_and_apart(classes, size):
    height, width = size
    for seed in range(12):
        band, plans = plan_frame(np.random.default_rng(seed), classes, height, width)
        first, last = band.strip_columns(width)
        assert {plan.class_id for plan in plans} == set(classes)
        for i, plan in enumerate(plans):
            assert first <= plan.left < plan.left + plan.width <= last
            assert 0 <= plan.top < plan.top + plan.height <= height
            same = [p for p in plans[:i] if p.class_id == plan.class_id]
            assert not any(plan.near(other) for other in same)


@pytest.mark.parametrize("strip", [(190, 200), (197, 200), (199, 200), (200, 200), (0, 1)])
@pytest.mark.parametrize("class_id", [1, 2, 3, 4])
def test_where_hardly_any_strip_is_seen_objects_still_lie_in_the_frame(class_id, strip):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        for plan in plan_defects(rng, (class_id,), strip, None, 128, 200):
            assert plan.width >= 2 and plan.height >= 4
            assert 0 <= plan.left <= plan.left + plan.width <= 200


@pytest.mark.parametrize("class_id", [1, 2])
def test_pits_and_cracks_lie_near_the_edge(class_id):
    reach = []
    for seed in range(150):
        rng = np.random.default_rng(seed)
        plans = plan_defects(rng, (class_id,), (300, 1600), None, 256, 1600)
        reach += [plan.left + plan.width / 2 - 300 for plan in plans]
    assert np.median(reach) < 200
    assert np.quantile(reach, 0.95) < 500


@pytest.mark.parametrize(("rate", "least", "most"), [(0.0, 0, 0), (1.0, 1, 1), (0.2, 0.16, 0.24)])
def test_the_defect_rate_is_the_share_of_frames_with_defects(rate, least, most):
    rng = np.random.default_rng(1)
    share = np.mean([bool(choose_classes(rng, rate)) for _ in range(2000)])
    assert least <= share <= most


def test_the_real_rate_is_severstals():
    rng = np.random.default_rng(1)
    share = np.mean([bool(choose_classes(rng, None)) for _ in range(6000)])
    assert share == pytest.approx(6666 / 12568, abs=0.02)


def test_a_band_is_on_either_side_and_leaves_some_strip(rng):
    bands = [plan_band(rng, None, 1600) for _ in range(400)]
    assert 0.35 < np.mean([band.columns > 0 for band in bands]) < 0.55
    assert {band.on_left for band in bands if band.columns} == {True, False}
    assert max(band.columns for band in bands) < 1500
    assert Band(100, True).strip_columns(1600) == (100, 1600)


def test_an_object_alone_has_a_real_size(rng):
    plan = plan_object(rng, 2, 256, 1600)
    assert 48 <= plan.height <= 256
    assert 6 <= plan.width <= 45


def test_settings_that_cannot_be_drawn_are_refused():
    from edge.simulator import StripSimulator

    for settings in ({"defect_rate": 1.5}, {"width": 32}, {"height": 8}):
        with pytest.raises(MillsightError) as error:
            StripSimulator(**settings)
        assert error.value.hint
