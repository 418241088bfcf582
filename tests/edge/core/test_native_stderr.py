"""Libraries are silenced only where nobody else could be."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

from edge.core.native_stderr import native_stderr_silenced

ALONE = """
import os
from edge.core.native_stderr import native_stderr_silenced
os.write(2, b"before ")
with native_stderr_silenced():
    os.write(2, b"greeting ")
os.write(2, b"after")
"""


def test_a_library_s_greeting_is_not_seen():
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, check=True)
    assert done.stderr == b"before after"


def test_while_another_thread_is_there_descriptor_2_stays_what_it_is():
    """What it says meanwhile may be an alarm."""
    before = os.fstat(2)
    stop = threading.Event()
    other = threading.Thread(target=stop.wait)
    other.start()
    try:
        with native_stderr_silenced():
            assert os.path.samestat(os.fstat(2), before)
    finally:
        stop.set()
        other.join()
