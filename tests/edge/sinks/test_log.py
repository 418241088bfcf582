"""Events reach the log with the level that they deserve."""

from __future__ import annotations

import logging

import pytest

from edge.core.events import Event, EventKind
from edge.sinks.log import EventLog, level_of
from tests.edge.sinks.samples import clean


@pytest.mark.parametrize(
    ("kind", "level"),
    [
        (EventKind.CAMERA_LOST, "WARNING"),
        (EventKind.CAMERA_BACK, "INFO"),
        (EventKind.OVERLOAD, "WARNING"),
        (EventKind.OVERLOAD_OVER, "INFO"),
        (EventKind.STORAGE, "WARNING"),
        (EventKind.COIL_BEGAN, "INFO"),
        (EventKind.COIL_ENDED, "INFO"),
    ],
)
def test_trouble_is_a_warning_and_the_rest_is_not(kind, level):
    assert logging.getLevelName(level_of(kind)) == level


def test_an_event_is_a_record_with_its_place(caplog):
    caplog.set_level(logging.INFO, "edge")
    log = EventLog()
    log.write(clean(1), None)
    log.tell(Event(EventKind.COIL_BEGAN, "coil 100%s began", 5.0, 12.3456, "100%s"))
    log.close()
    [record] = caplog.records
    assert record.name == "edge.events" and record.getMessage() == "coil 100%s began"
    assert (record.event, record.position_mm, record.coil) == ("coil began", 12.346, "100%s")
