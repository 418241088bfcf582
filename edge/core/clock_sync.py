"""Whether a time service keeps the system's clock, as the kernel says."""

from __future__ import annotations

import ctypes
import struct
import time
from pathlib import Path

TIME_ERROR = 5
"""What ``adjtimex`` returns while nothing keeps the clock (man 2 adjtimex)."""
_TIMEX_BYTES = 512
"""More than ``struct timex`` has on any Linux; all zero it only asks."""
_SECONDS_AT = 72 if struct.calcsize("l") == 8 else 36
"""Offset of ``struct timex.time.tv_sec``, in bytes."""
_AGREE_S = 5
_BOOT = Path("/proc/sys/kernel/random/boot_id")


def adjtimex() -> tuple[int, int] | None:
    """State of the kernel's clock and its seconds since 1970; None where it cannot be asked."""
    timex = ctypes.create_string_buffer(_TIMEX_BYTES)
    try:
        state: int = ctypes.CDLL(None).adjtimex(timex)
    except (OSError, AttributeError):
        return None
    return (state, struct.unpack_from("l", timex, _SECONDS_AT)[0]) if state >= 0 else None


def kept_by_time_service() -> bool:
    """Whether a time service keeps the clock that this program reads."""
    told = adjtimex()
    if told is None or told[0] == TIME_ERROR:
        return False
    # A program may be shown another clock than the kernel's, as by libfaketime.
    return abs(told[1] - time.time()) < _AGREE_S


def boot() -> str:
    """What tells this start of the system from every other; empty where it does not say."""
    try:
        return _BOOT.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
