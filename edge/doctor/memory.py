"""Checks the memory available for the line."""

from __future__ import annotations

from pathlib import Path

from edge.doctor.finding import DeviceFinding, Severity
from edge.machine.kernel_files import ROOT, fields, number, read

_NEEDED_MIB = 350
"""Most memory of a line with all three models."""


def memory(root: Path = ROOT) -> DeviceFinding:
    """Check total and available memory, including the limit of a control group."""
    about = fields(read(root / "proc/meminfo"))
    try:
        total, free = (int(about[name].split()[0]) // 1024 for name in ("MemTotal", "MemAvailable"))
    except (KeyError, ValueError, IndexError):
        return DeviceFinding(
            "memory", Severity.WARN, "the system does not report how much memory it has"
        )
    limit = number(root / "sys/fs/cgroup/memory.max")
    what = f"{total} MiB, {free} MiB of it available"
    if limit is not None and limit // 2**20 < free:
        free = limit // 2**20
        what += f"; a control group allows {free} MiB"
    figures = {"total_mib": total, "available_mib": free}
    if free < _NEEDED_MIB:
        return DeviceFinding(
            "memory",
            Severity.WARN,
            f"{what}; the line takes up to {_NEEDED_MIB} MiB",
            "Stop other programs, or the system may stop the line",
            figures,
        )
    return DeviceFinding("memory", Severity.OK, what, figures=figures)
