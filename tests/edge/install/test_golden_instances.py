"""Whether two devices outline the same: by class, place and score."""

from __future__ import annotations

import numpy as np
import pytest

from edge.bundle.manifest_parts import GoldenInstance
from edge.install.golden_instances import (
    golden_instances,
    instance_floors,
    instances_differ,
)
from tests.edge.bundle.samples import manifest, with_instances
from tests.edge.fakes import CLASSES, BlobInstances, strip

FLOORS = {"spot": 0.5, "streak": 0.6}


def golden(name="spot", score=0.9, box=(10.0, 10.0, 20.0, 20.0)):
    return GoldenInstance(class_name=name, score=score, box=box)


ONE = (golden(),)


@pytest.mark.parametrize(
    ("found", "moved"),
    [
        (ONE, 0.0),
        ((golden(score=0.87),), 0.03),
        ((golden(box=(10.0, 10.0, 20.0, 20.5)),), 0.0),
        ((golden(box=(14.0, 10.0, 24.0, 20.0)),), 0.4),
        ((golden("streak"),), 0.4),
        ((), 0.4),
        ((*ONE, golden("streak", 0.62, (40.0, 10.0, 50.0, 20.0))), 0.02),
        (None, 1.0),
    ],
    ids=["same", "score", "edge", "place", "class", "none", "one more", "no model"],
)
def test_how_far_a_score_must_have_moved(found, moved):
    assert instances_differ(ONE, found, FLOORS, "float32") == pytest.approx(moved)


def test_in_int8_an_edge_may_move_further():
    off = (golden(box=(10.0, 10.0, 20.0, 23.0)),)
    assert instances_differ(ONE, off, FLOORS, "int8") == 0
    assert instances_differ(ONE, off, FLOORS, "float32") > 0.3


def test_each_is_matched_once():
    assert instances_differ(ONE * 2, ONE, FLOORS, "int8") == pytest.approx(0.4)
    assert instances_differ(ONE, ONE * 2, FLOORS, "int8") == pytest.approx(0.4)
    order = (golden(score=0.9), golden(score=0.7))
    assert instances_differ(order, order[::-1], FLOORS, "int8") == 0


def test_bundles_without_instances_agree():
    assert instances_differ(None, None, {}, "int8") == 0
    assert instances_differ((), (), {}, "int8") == 0


def test_the_whole_frame_is_looked_at():
    model = BlobInstances()
    pixels = strip((5, 5, 220), (40, 10, 255), (41, 10, 255))
    assert golden_instances(model, pixels, CLASSES) == (
        golden("spot", 0.9, (5.0, 5.0, 6.0, 6.0)),
        golden("streak", 0.9, (40.0, 10.0, 42.0, 11.0)),
    )
    assert model.asked == [None]
    assert golden_instances(model, np.zeros((8, 8), np.uint8), CLASSES) == ()


def test_floors_are_the_rules_scores():
    assert instance_floors(manifest(**with_instances())) == FLOORS
    assert instance_floors(manifest()) == {}
