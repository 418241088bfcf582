"""Whether the clock that dates defects and events is right."""

from __future__ import annotations

from collections.abc import Callable

from edge.core.clock_sync import TIME_ERROR, adjtimex
from edge.doctor.finding import DeviceFinding, Severity


def clock(ask: Callable[[], int | None] | None = None) -> DeviceFinding:
    """Whether a time service keeps the clock.

    Args:
        ask: Gives what ``adjtimex`` returns, None where it cannot be asked; None asks the system.
    """
    state = (ask or _adjtimex)()
    if state is None:
        return DeviceFinding(
            "clock", Severity.OK, "this system does not tell whether its clock is kept"
        )
    figures = {"synchronised": state != TIME_ERROR}
    if state == TIME_ERROR:
        return DeviceFinding(
            "clock",
            Severity.WARN,
            "nothing keeps the clock: times of defects and events may be wrong",
            "Set up NTP (systemd-timesyncd or chrony) with a server that this device reaches",
            figures,
        )
    return DeviceFinding("clock", Severity.OK, "kept by a time service", figures=figures)


def _adjtimex() -> int | None:
    told = adjtimex()
    return None if told is None else told[0]
