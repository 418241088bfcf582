"""Formats of log lines: for people, as JSON, and for systemd's journal.

Every format hides secrets and keeps a message on one line (``edge.core.redaction``).
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, tzinfo
from typing import Any

from edge.core.redaction import escaped, outgoing, redacted

EVENT_KEYS = ("event", "position_mm", "coil")
"""Extra attributes of a log record that stands for an event (``edge.sinks.log``)."""

_PRIORITIES = (
    (logging.CRITICAL, 2),
    (logging.ERROR, 3),
    (logging.WARNING, 4),
    (logging.INFO, 6),
)
_DEBUG_PRIORITY = 7


class PlainFormatter(logging.Formatter):
    """``millsight: MESSAGE``, like all other output of the command; no traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """Format a record as one line."""
        return f"millsight: {_message(record)}"


class TextFormatter(logging.Formatter):
    """``TIME LEVEL LOGGER: MESSAGE``, the time in ISO 8601 with its offset from UTC.

    Args:
        zone: Time zone; None is the device's own.
        tracebacks: Whether a traceback follows, each of its lines indented.
    """

    def __init__(self, *, zone: tzinfo | None = None, tracebacks: bool = True) -> None:
        super().__init__()
        self._zone = zone
        self._tracebacks = tracebacks

    def format(self, record: logging.LogRecord) -> str:
        """Format a record as one line, followed by the lines of the traceback."""
        time = local_time(record.created, self._zone)
        head = f"{time} {record.levelname:<8} {record.name}: {_message(record)}"
        lines = _traceback(record) if self._tracebacks else []
        return "\n".join([head, *(f"    {line}" for line in lines)])


class JsonFormatter(logging.Formatter):
    """A JSON object with ``time``, ``level``, ``logger``, ``text``.

    An event also has ``event``, ``position_mm`` and ``coil``; an unexpected error ``traceback``.

    Args:
        zone: Time zone; None is the device's own.
    """

    def __init__(self, *, zone: tzinfo | None = None) -> None:
        super().__init__()
        self._zone = zone

    def format(self, record: logging.LogRecord) -> str:
        """Format a record as one line."""
        fields: dict[str, Any] = {
            "time": local_time(record.created, self._zone),
            "level": record.levelname.lower(),
            "logger": record.name,
            "text": redacted(record.getMessage()),
        }
        if hasattr(record, EVENT_KEYS[0]):
            fields |= {key: getattr(record, key) for key in EVENT_KEYS}
        if lines := _traceback(record):
            fields["traceback"] = lines
        return json.dumps(fields, separators=(",", ":"), allow_nan=False)


class JournalFormatter(logging.Formatter):
    """``<PRIORITY>MESSAGE`` for systemd's journal (sd-daemon(3)), which adds the time itself.

    Args:
        tracebacks: Whether a traceback follows, each of its lines with the same priority.
    """

    def __init__(self, *, tracebacks: bool) -> None:
        super().__init__()
        self._tracebacks = tracebacks

    def format(self, record: logging.LogRecord) -> str:
        """Format a record as one line, followed by the lines of the traceback."""
        mark = f"<{priority(record.levelno)}>"
        lines = _traceback(record) if self._tracebacks else []
        return "\n".join(mark + line for line in [_message(record), *lines])


def priority(level: int) -> int:
    """The syslog(3) priority of a level: critical 2, error 3, warning 4, info 6, debug 7."""
    return next((number for least, number in _PRIORITIES if level >= least), _DEBUG_PRIORITY)


def local_time(at: float, zone: tzinfo | None = None) -> str:
    """Seconds since 1970 as ISO 8601 to the millisecond, with the zone's offset from UTC."""
    return datetime.fromtimestamp(at, UTC).astimezone(zone).isoformat(timespec="milliseconds")


def _message(record: logging.LogRecord) -> str:
    return outgoing(record.getMessage())


def _traceback(record: logging.LogRecord) -> list[str]:
    if not record.exc_info:
        return []
    text = logging.Formatter().formatException(record.exc_info)
    return [escaped(line) for line in redacted(text).splitlines()]
