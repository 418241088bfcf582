"""The figures of a run, with the keys that other programs read."""

from __future__ import annotations

import json

from edge.core.coverage import Gap
from edge.core.events import Event, EventKind
from edge.core.inspection import Cause
from edge.core.run_figures import RunFigures
from tests.edge.line.takes import BAD, inspected


def test_frames_gaps_defects_and_events_are_counted_under_their_names():
    figures = RunFigures()
    figures.add(inspected(0)[1])
    figures.add(inspected(1, BAD)[1])
    figures.add_gap(Gap(20.0, 30.0, Cause.DROPPED, 3, 0.0), 3)
    figures.add_gap(None, 2)
    figures.add_verdict(5.0, 10.0)
    figures.add_verdict(15.0, 10.0)
    figures.add_event(Event(EventKind.OVERLOAD, "too fast"))
    told = json.loads(json.dumps(figures.as_json()))
    assert told["frames"] == told["levels"]["full"] == 2
    assert told["gaps"] == 5
    assert told["coverage"]["passed_mm"] == 50.0
    assert told["uninspected_by_cause"] == {"dropped": 30.0}
    assert told["defects"] == {"spot": 1}
    assert told["defective_frames"] == 1
    assert told["deadline_misses"] == 1
    assert told["latency_ms"]["max"] == 15.0
    assert told["events"] == {"overload": 1}
