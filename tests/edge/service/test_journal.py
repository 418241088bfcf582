"""The journal is known by the device and inode of stderr."""

from __future__ import annotations

import os

import pytest

from edge.service.journal import journal_reads_stderr


def stderr_is(device, inode):
    return lambda: os.stat_result((0o140777, inode, device, 1, 0, 0, 0, 0, 0, 0))


@pytest.mark.parametrize(
    ("named", "journal"),
    [("9:1234", True), ("9:1235", False), ("8:1234", False), ("", False), ("nonsense", False)],
)
def test_both_must_be_as_systemd_says(named, journal):
    environ = {"JOURNAL_STREAM": named, "INVOCATION_ID": "a" * 32}
    assert journal_reads_stderr(environ, stderr_is(9, 1234)) is journal


def test_without_the_variable_it_is_none():
    assert journal_reads_stderr({"INVOCATION_ID": "a" * 32}, stderr_is(9, 1234)) is False


def test_a_closed_stderr_is_not_the_journal():
    def closed():
        raise OSError(9, "Bad file descriptor")

    assert journal_reads_stderr({"JOURNAL_STREAM": "9:1234"}, closed) is False
