"""Checks the processor and its vector extensions for int8 models."""

from __future__ import annotations

import os
from pathlib import Path

from edge.doctor.finding import DeviceFinding, Severity
from edge.machine.kernel_files import ROOT, fields, read
from edge.machine.processor import cpu_model

_EXTENSIONS = {
    "amx_int8": ("amx", "multiplies whole int8 tiles"),
    "avx512_vnni": ("avx512_vnni", "sums 64 int8 products at once"),
    "avx_vnni": ("avx_vnni", "sums 32 int8 products at once"),
    "avx2": ("avx2", "32 bytes at once"),
    "sve2": ("sve2", "long vectors"),
    "i8mm": ("i8mm", "multiplies int8 matrices"),
    "asimddp": ("dotprod", "sums 16 int8 products at once"),
    "asimd": ("neon", "16 bytes at once"),
    "neon": ("neon", "16 bytes at once"),
}
"""The kernel's name of an extension, its common name, and its use for int8."""

_FOR_INT8 = {"amx", "avx512_vnni", "avx_vnni", "i8mm", "dotprod"}


def cpu(root: Path = ROOT, *, cores: int | None = None) -> DeviceFinding:
    """Model, cores and vector extensions.

    Args:
        root: Folder that holds ``proc``.
        cores: Number of cores that this process may use; None asks the system.
    """
    about = fields(read(root / "proc/cpuinfo"))
    flags = set(about.get("flags", about.get("Features", "")).split())
    found = dict(words for flag, words in _EXTENSIONS.items() if flag in flags)
    cores = cores or len(os.sched_getaffinity(0))
    what = f"{cpu_model(root)}, {cores} core{'s' if cores != 1 else ''}"
    named = ", ".join(f"{name} ({meaning})" for name, meaning in found.items())
    figures = {"model": cpu_model(root), "cores": cores, "extensions": sorted(found)}
    if not flags:
        return DeviceFinding(
            "cpu",
            Severity.WARN,
            f"{what}; its vector extensions cannot be read",
            "The measured run below shows its speed",
            figures,
        )
    if not found:
        return DeviceFinding(
            "cpu",
            Severity.WARN,
            f"{what}, without a vector extension for int8 models",
            "Expect a slow line; the measured run below shows its speed",
            figures,
        )
    if not _FOR_INT8 & set(found):
        return DeviceFinding(
            "cpu",
            Severity.OK,
            f"{what}; {named}. It has no int8 products, so float32 may be as fast",
            "Compare: millsight bench --precision float32",
            figures,
        )
    return DeviceFinding("cpu", Severity.OK, f"{what}; {named}", figures=figures)
