"""Checks whether a time service synchronises the clock, which dates defects and events."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

from edge.doctor.finding import DeviceFinding, Severity

_UNSYNCHRONISED = 5
"""``TIME_ERROR``: ``adjtimex`` returns it if the clock is not synchronised (man 2 adjtimex)."""
_TIMEX_BYTES = 512
"""More than the size of ``struct timex`` on any Linux; with all bytes zero it only queries."""


def clock(ask: Callable[[], int | None] | None = None) -> DeviceFinding:
    """Check whether a time service synchronises the clock.

    Args:
        ask: Returns the result of ``adjtimex``, or None if it is unavailable; None calls the
            system.
    """
    state = (ask or _adjtimex)()
    if state is None:
        return DeviceFinding(
            "clock", Severity.OK, "this system does not report whether its clock is synchronised"
        )
    figures = {"synchronised": state != _UNSYNCHRONISED}
    if state == _UNSYNCHRONISED:
        return DeviceFinding(
            "clock",
            Severity.WARN,
            "the clock is not synchronised: times of defects and events may be wrong",
            "Set up NTP (systemd-timesyncd or chrony) with a server that this device reaches",
            figures,
        )
    return DeviceFinding("clock", Severity.OK, "synchronised by a time service", figures=figures)


def _adjtimex() -> int | None:
    try:
        state: int = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    except (OSError, AttributeError):
        return None
    return state if state >= 0 else None
