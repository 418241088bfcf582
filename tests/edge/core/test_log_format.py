"""Lines of the log: one for each record, with the time of a zone, and no secret."""

from __future__ import annotations

import json
import logging
import sys
from datetime import timedelta, timezone

import pytest

from edge.core import redaction
from edge.core.log_format import (
    JournalFormatter,
    JsonFormatter,
    PlainFormatter,
    TextFormatter,
    local_time,
    priority,
)

ZONE = timezone(timedelta(hours=2))
AT = 1_700_000_000.25


def record(text="ready", level=logging.WARNING, *, error=None, **extra):
    made = logging.LogRecord("edge.line", level, "f.py", 1, text, None, error)
    made.created = AT
    vars(made).update(extra)
    return made


@pytest.fixture
def failed():
    try:
        raise ValueError("bad\n2023-11-15T00:13:20.250+02:00 INFO forged")
    except ValueError:
        return sys.exc_info()


def test_a_line_of_text_has_time_level_and_logger():
    line = TextFormatter(zone=ZONE).format(record())
    assert line == "2023-11-15T00:13:20.250+02:00 WARNING  edge.line: ready"


def test_the_device_has_a_zone_of_its_own_and_the_line_its_offset():
    assert local_time(AT, timezone(timedelta(hours=-3, minutes=-30))).endswith("18:43:20.250-03:30")


def test_a_traceback_is_indented_and_forges_no_line(failed):
    first, *more = TextFormatter(zone=ZONE).format(record(error=failed)).splitlines()
    assert first.endswith("edge.line: ready")
    assert more[0] == "    Traceback (most recent call last):"
    assert all(line.startswith("    ") for line in more)
    assert any("forged" in line for line in more)


def test_a_traceback_is_left_out_where_that_is_wanted(failed):
    assert "Traceback" not in TextFormatter(zone=ZONE, tracebacks=False).format(
        record(error=failed)
    )
    assert "Traceback" not in PlainFormatter().format(record(error=failed))
    assert "Traceback" not in JournalFormatter(tracebacks=False).format(record(error=failed))


@pytest.mark.parametrize(
    "form",
    [
        PlainFormatter(),
        TextFormatter(zone=ZONE),
        JsonFormatter(),
        JournalFormatter(tracebacks=True),
    ],
)
def test_a_record_is_one_line_and_has_no_secret(form, monkeypatch):
    monkeypatch.setattr(redaction, "_hidden", {"hush"})
    line = form.format(record("class\nhush\x1b[2J of rtsp://me:s3cret@cam/1"))
    assert line.isprintable()
    assert "hush" not in line and "s3cret" not in line


def test_no_secret_is_in_a_traceback(monkeypatch):
    monkeypatch.setattr(redaction, "_hidden", {"hush"})
    try:
        raise ValueError("the password hush is wrong")
    except ValueError:
        error = sys.exc_info()
    forms = (TextFormatter(zone=ZONE), JsonFormatter(), JournalFormatter(tracebacks=True))
    for form in forms:
        text = form.format(record(error=error))
        assert "ValueError: the password *** is wrong" in text


def test_json_has_an_event_s_keys_where_there_is_one(failed):
    plain = json.loads(JsonFormatter(zone=ZONE).format(record("Å")))
    assert plain == {
        "time": "2023-11-15T00:13:20.250+02:00",
        "level": "warning",
        "logger": "edge.line",
        "text": "Å",
    }
    event = record(event="coil began", position_mm=1.5, coil="A\n")
    told = json.loads(JsonFormatter(zone=ZONE).format(event))
    assert (told["event"], told["position_mm"], told["coil"]) == ("coil began", 1.5, "A\n")
    assert json.loads(JsonFormatter().format(record(error=failed)))["traceback"][-1].endswith(
        "INFO forged"
    )


@pytest.mark.parametrize(
    ("level", "number"), [("CRITICAL", 2), ("ERROR", 3), ("WARNING", 4), ("INFO", 6), ("DEBUG", 7)]
)
def test_the_journal_is_told_syslog_s_priorities(level, number):
    assert priority(getattr(logging, level)) == number
    line = JournalFormatter(tracebacks=True).format(record(level=getattr(logging, level)))
    assert line == f"<{number}>ready"


def test_every_line_of_a_traceback_has_its_priority_in_the_journal(failed):
    lines = JournalFormatter(tracebacks=True).format(record(error=failed, level=logging.ERROR))
    assert len(lines.splitlines()) > 3
    assert all(line.startswith("<3>") for line in lines.splitlines())
