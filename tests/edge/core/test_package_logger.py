"""The package's loggers print nothing until a program configures ``logging``."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
from edge.core.package_logger import package_logger
package_logger("edge.core.files").warning("nobody asked for this")
print("done")
"""


def test_a_warning_is_silent_where_nothing_is_configured():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("done\n", "")
