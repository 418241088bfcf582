"""Whether stderr is systemd's journal."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping


def _stderr() -> os.stat_result:
    return os.fstat(2)


def journal_reads_stderr(
    environ: Mapping[str, str] = os.environ, stat: Callable[[], os.stat_result] = _stderr
) -> bool:
    """Whether stderr leads to the journal: ``JOURNAL_STREAM`` names its device and inode.

    The variable alone says little: a program that a service has started inherits it, also where its
    stderr is a file (systemd.exec(5)).

    Args:
        environ: Where systemd has left the variable.
        stat: Looks at stderr.
    """
    named = environ.get("JOURNAL_STREAM", "")
    if not named:
        return False
    try:
        found = stat()
    except OSError:
        return False
    return named == f"{found.st_dev}:{found.st_ino}"
