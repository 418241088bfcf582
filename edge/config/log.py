"""The log file."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from edge.config.section import Section

LogLevel = Literal["debug", "info", "warning", "error"]
"""Severity of a line of the log, the least first."""


class LogConfig(Section):
    """``[log]``: a file of what happens to the line, which rotates: events, warnings, errors.

    What the log on stderr shows is chosen by ``millsight --log-level``, not here.
    """

    path: Path = Field(
        description="The file; each strip line has its own. Its folder is made where missing. "
        "Older files are beside it, as millsight.log.1.",
        examples=["/var/lib/millsight/millsight.log"],
    )
    level: LogLevel = Field("info", description="Least severity that is written.")
    format: Literal["text", "json"] = Field(
        "text", description="Lines for people, or one JSON object a line."
    )
    max_mb: float = Field(
        10.0, gt=0, description="A new file is begun where this one would grow larger (MB)."
    )
    keep: int = Field(5, ge=1, le=1000, description="Older files that are kept.")
