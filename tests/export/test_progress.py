"""An export's steps are shown or logged, and neither twice."""

from __future__ import annotations

import pytest
from rich.console import Console

from edge.cli.command_log import CommandLog
from export.progress import ExportProgress


@pytest.mark.parametrize(
    ("level", "start"), [(None, "packing"), ("warning", "packing"), ("info", "20")]
)
def test_a_step_is_one_line(level, start, capsys):
    log = CommandLog()
    log.start_on_stderr(level, journal=lambda: False)
    try:
        with ExportProgress(Console(stderr=True)) as progress:
            progress.start("packing", 3)
            progress.advance()
    finally:
        log.close()
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(start)
    assert line.endswith("packing")
