"""Events come from any thread and are heard of in one, in order and once."""

from __future__ import annotations

import threading

from edge.core.events import Event, EventKind
from edge.core.run_figures import RunFigures
from edge.line.event_relay import EventRelay


def test_events_are_counted_at_once_and_passed_on_once():
    figures = RunFigures()
    relay, heard = EventRelay(figures), []
    events = [Event(EventKind.DRIFT, str(n)) for n in range(3)]
    thread = threading.Thread(target=lambda: [relay.add(event) for event in events])
    thread.start()
    thread.join()
    assert figures.as_json()["events"] == {"drift": 3}
    relay.pass_on(heard.append)
    relay.pass_on(heard.append)
    assert heard == events


def test_where_nobody_hears_they_do_not_pile_up():
    relay = EventRelay(RunFigures())
    relay.add(Event(EventKind.DRIFT, "x"))
    relay.pass_on(None)
    heard = []
    relay.pass_on(heard.append)
    assert heard == []
