"""Whether the clock that dates defects and events is right."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

from edge.doctor.finding import DeviceFinding, Severity

_UNSYNCHRONISED = 5
"""``TIME_ERROR``, what ``adjtimex`` returns while nothing keeps the clock (man 2 adjtimex)."""
_TIMEX_BYTES = 512
"""More than ``struct timex`` has on any Linux; all zero it only asks."""


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
    figures = {"synchronised": state != _UNSYNCHRONISED}
    if state == _UNSYNCHRONISED:
        return DeviceFinding(
            "clock",
            Severity.WARN,
            "nothing keeps the clock: times of defects and events may be wrong",
            "Set up NTP (systemd-timesyncd or chrony) with a server that this device reaches",
            figures,
        )
    return DeviceFinding("clock", Severity.OK, "kept by a time service", figures=figures)


def _adjtimex() -> int | None:
    try:
        state: int = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    except (OSError, AttributeError):
        return None
    return state if state >= 0 else None
