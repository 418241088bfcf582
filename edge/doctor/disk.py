"""Checks free space and speed of the disks for the ledger and for pictures."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path

from edge.doctor.finding import DeviceFinding, Severity

_BLOCK = bytes(2**20)
_BLOCKS = 8
_LITTLE_MIB = 1024
_TOO_LITTLE_MIB = 100
_SLOW_MS = 200.0
"""The ledger commits once a second; a slower commit takes a large part of that."""
_TOO_SLOW_MS = 1000.0


def disk(what_for: str, folder: Path) -> DeviceFinding:
    """Check the free space, and the time to write a mebibyte to the disk.

    Args:
        what_for: Content of the folder: "ledger" or "pictures".
        folder: The folder; if it does not exist, its nearest existing parent is checked.
    """
    there = next(place for place in (folder, *folder.absolute().parents) if place.is_dir())
    check = f"disk for {what_for}"
    try:
        free = shutil.disk_usage(there).free // 2**20
        speed, slowest_ms = _speed(there)
    except OSError as error:
        return DeviceFinding(
            check,
            Severity.FAIL,
            f"{there} cannot be written: {error.strerror}",
            "Choose another folder, or let millsight's user write there",
        )
    what = f"{there}: {free} MiB free, {speed:.0f} MiB/s, a commit takes up to {slowest_ms:.0f} ms"
    figures = {
        "folder": str(there),
        "free_mib": free,
        "write_mib_s": round(speed, 1),
        "slowest_commit_ms": round(slowest_ms, 1),
    }
    state, hint = Severity.OK, ""
    if slowest_ms > _SLOW_MS:
        state = Severity.FAIL if slowest_ms > _TOO_SLOW_MS else Severity.WARN
        hint = "Use a faster disk; SD cards wear out and stall"
    if free < _LITTLE_MIB:
        state = (
            Severity.FAIL if free < _TOO_LITTLE_MIB else max(state, Severity.WARN, key=_ORDER.index)
        )
        hint = "Free some space, or keep less: [ledger] keep_days, keep_mb"
    return DeviceFinding(check, state, what, hint, figures)


_ORDER = list(Severity)


def _speed(folder: Path) -> tuple[float, float]:
    """MiB per second, and milliseconds of the slowest MiB; each MiB is synced to the disk."""
    spent = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(_BLOCKS):
            started = time.perf_counter()
            file.write(_BLOCK)
            file.flush()
            os.fsync(file.fileno())
            spent.append(time.perf_counter() - started)
    return _BLOCKS / sum(spent), max(spent) * 1e3
