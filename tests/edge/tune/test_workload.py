"""What stages are timed with is what they would see of the golden frames."""

from __future__ import annotations

import numpy as np

from edge.tune.workload import Workload
from tests.edge import fakes

DIRTY, CLEAN = fakes.strip((5, 5, 230), (45, 15, 252)), fakes.strip()


def cascade():
    made = fakes.cascade(instances=fakes.BlobInstances())
    made.gate_threshold = 0.5
    return made


def test_the_gate_sees_every_region_and_the_classifier_the_suspicious():
    given = cascade()
    work = Workload([DIRTY, CLEAN], given)
    gate, classifier = given.networks.gate.engine, given.networks.classifier.engine
    gate.seen = classifier.seen = 0
    run = work.runner(given.networks.gate)
    assert run(0) >= 0 and run(1) >= 0
    assert gate.seen == 2 * 6
    work.runner(given.networks.classifier)(0)
    assert classifier.seen == 2


def test_where_nothing_is_suspicious_all_is_looked_at():
    given = cascade()
    work = Workload([CLEAN], given)
    given.networks.classifier.engine.seen = 0
    work.runner(given.networks.classifier)(0)
    assert given.networks.classifier.engine.seen == 6


def test_a_whole_frame_is_timed_by_parts():
    given = cascade()
    taken = Workload([DIRTY, CLEAN], given).whole(given)(0)
    assert set(taken) == {"verdict", "outlines"} and all(ms >= 0 for ms in taken.values())
    given.instances = None
    assert set(Workload([DIRTY], given).whole(given)(0)) == {"verdict"}


def test_outlines_are_looked_for_where_it_is_suspicious(monkeypatch):
    given, model = cascade(), fakes.BlobInstances()
    asked: list[tuple] = []
    monkeypatch.setattr(model, "find", lambda pixels, boxes: asked.append((pixels, boxes)))
    given.instances = model
    Workload([DIRTY, CLEAN], given).whole(given)(1)
    ((pixels, boxes),) = asked
    np.testing.assert_array_equal(pixels, DIRTY)
    assert boxes == ((0, 0, 20, 10), (40, 10, 20, 10))
