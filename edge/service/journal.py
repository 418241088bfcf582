"""Detects whether stderr goes to systemd's journal."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping


def _stderr() -> os.stat_result:
    return os.fstat(2)


def journal_reads_stderr(
    environ: Mapping[str, str] = os.environ, stat: Callable[[], os.stat_result] = _stderr
) -> bool:
    """Whether stderr goes to the journal: ``JOURNAL_STREAM`` has its device and inode.

    The existence of the variable is not enough: a program started by a service inherits it, even if
    its stderr is a file (systemd.exec(5)).

    Args:
        environ: The environment.
        stat: Returns the status of stderr.
    """
    named = environ.get("JOURNAL_STREAM", "")
    if not named:
        return False
    try:
        found = stat()
    except OSError:
        return False
    return named == f"{found.st_dev}:{found.st_ino}"
