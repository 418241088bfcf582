"""Silences messages that native libraries write directly to stderr."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def native_stderr_silenced() -> Iterator[None]:
    """Send file descriptor 2 nowhere: TensorFlow and LiteRT write to it whatever the log level.

    Only while no other thread is there: what another said meanwhile would be lost, be it an alarm.
    Where one is, the libraries speak. LiteRT greets once in a process, and a command loads its
    first model before it begins a thread.
    """
    if threading.active_count() > 1:
        yield
        return
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
