"""Events come from any thread and are heard of in one, in order and once."""

from __future__ import annotations

import threading

from edge.core.events import Event, EventKind
from edge.core.run_figures import RunFigures
from edge.line.event_relay import EventRelay


def test_events_are_counted_at_once_and_passed_on_once():
    figures = RunFigures()
    bulletin, heard = EventRelay(figures), []
    events = [Event(EventKind.DRIFT, str(n)) for n in range(3)]
    thread = threading.Thread(target=lambda: [bulletin.add(event) for event in events])
    thread.start()
    thread.join()
    assert figures.as_json()["events"] == {"drift": 3}
    bulletin.pass_on(heard.append)
    bulletin.pass_on(heard.append)
    assert heard == events


def test_where_nobody_hears_they_do_not_pile_up():
    bulletin = EventRelay(RunFigures())
    bulletin.add(Event(EventKind.DRIFT, "x"))
    bulletin.pass_on(None)
    heard = []
    bulletin.pass_on(heard.append)
    assert heard == []
