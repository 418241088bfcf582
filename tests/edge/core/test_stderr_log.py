"""What a command says stands on stderr once, in one form or the other."""

from __future__ import annotations

import io
import logging
import sys

import pytest

from edge.core.stderr_log import SHOWN, StderrHandler, logged_on_stderr, say

LOG = logging.getLogger("edge.sample")


@pytest.fixture
def attach():
    root = logging.getLogger("edge")
    added = []

    def add(level, everything):
        handler = StderrHandler(level, everything=everything)
        handler.setFormatter(logging.Formatter("log: %(message)s"))
        root.addHandler(handler)
        added.append(handler)

    root.setLevel(logging.DEBUG)
    yield add
    root.setLevel(logging.NOTSET)
    for handler in added:
        root.removeHandler(handler)


def test_without_a_log_it_is_shown(capsys):
    say(LOG, "ready")
    say(LOG, "ready", lambda: sys.stderr.write("READY\n"))
    assert capsys.readouterr().err == "ready\nREADY\n"


def test_with_a_log_it_is_a_line_of_the_log_alone(attach, capsys):
    attach(logging.INFO, True)
    say(LOG, "ready", lambda: sys.stderr.write("READY\n"))
    assert capsys.readouterr().err == "log: ready\n"


def test_below_the_log_s_level_it_is_shown(attach, capsys):
    attach(logging.ERROR, True)
    assert logged_on_stderr(logging.ERROR) and not logged_on_stderr(logging.WARNING)
    say(LOG, "ready", level=logging.WARNING)
    assert capsys.readouterr().err == "ready\n"


def test_the_usual_log_has_what_no_command_shows(attach, capsys):
    attach(logging.WARNING, False)
    LOG.info("a detail")
    LOG.warning("nobody else says it")
    LOG.warning("said elsewhere", extra=SHOWN)
    say(LOG, "ready", level=logging.ERROR)
    assert capsys.readouterr().err == "log: nobody else says it\nready\n"


def test_a_stderr_that_is_gone_is_no_error(attach, monkeypatch):
    attach(logging.INFO, True)
    gone = io.StringIO()
    gone.close()
    monkeypatch.setattr(sys, "stderr", gone)
    LOG.error("nobody hears it")
