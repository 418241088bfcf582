"""Checks whether a time service synchronises the clock, which dates defects and events."""

from __future__ import annotations

from collections.abc import Callable

from edge.core.clock_sync import TIME_ERROR, adjtimex
from edge.doctor.finding import DeviceFinding, Severity


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
    figures = {"synchronised": state != TIME_ERROR}
    if state == TIME_ERROR:
        return DeviceFinding(
            "clock",
            Severity.WARN,
            "the clock is not synchronised: times of defects and events may be wrong",
            "Set up NTP (systemd-timesyncd or chrony) with a server that this device reaches",
            figures,
        )
    return DeviceFinding("clock", Severity.OK, "synchronised by a time service", figures=figures)


def _adjtimex() -> int | None:
    told = adjtimex()
    return None if told is None else told[0]
