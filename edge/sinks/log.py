"""Events in the log."""

from __future__ import annotations

import logging

from edge.core.events import Event, EventKind
from edge.core.frame import Frame
from edge.core.inspection import Inspection
from edge.core.log_format import EVENT_KEYS
from edge.core.package_logger import package_logger
from edge.core.sink import Sink
from edge.core.stderr_log import SHOWN

_LOG = package_logger("edge.events")
_NO_TROUBLE = {
    EventKind.CAMERA_BACK,
    EventKind.OVERLOAD_OVER,
    EventKind.COIL_BEGAN,
    EventKind.COIL_ENDED,
}


def level_of(kind: EventKind) -> int:
    """The level of an event's record: ``INFO`` for what is no trouble, else ``WARNING``."""
    return logging.INFO if kind in _NO_TROUBLE else logging.WARNING


class EventLog(Sink):
    """Logs events to ``edge.events``; records have ``event``, ``position_mm`` and ``coil`` too."""

    def write(self, inspection: Inspection, frame: Frame | None) -> None:
        """Nothing: frames are for the ledger."""

    def tell(self, event: Event) -> None:
        """Log an event."""
        told = event.as_json()
        extra = {key: told[key] for key in EVENT_KEYS}
        _LOG.log(level_of(event.kind), "%s", event.text, extra=SHOWN | extra)
