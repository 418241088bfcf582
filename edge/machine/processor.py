"""The name of this machine's processor."""

from __future__ import annotations

import platform
from pathlib import Path

from edge.machine.kernel_files import ROOT, fields, read


def cpu_model(root: Path = ROOT) -> str:
    """The name of the processor, or else of the board."""
    about = fields(read(root / "proc/cpuinfo"))
    board = read(root / "proc/device-tree/model")
    # ARM kernels name only the board; /proc/cpuinfo calls it hardware or model.
    names = (about.get("model name"), board, about.get("Model"), about.get("Hardware"))
    return next(filter(None, names), platform.processor() or platform.machine())
