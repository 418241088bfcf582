"""``[log]``: the log file."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from edge.config.section import Section

LogLevel = Literal["debug", "info", "warning", "error"]
"""Severities of log lines, in ascending order."""


class LogConfig(Section):
    """``[log]``: a rotating file of events, warnings and errors.

    The option ``millsight --log-level`` controls the log on stderr.
    """

    path: Path = Field(
        description="The file, one for each line. Its folder is created if missing. Older files "
        "have a number, such as millsight.log.1.",
        examples=["/var/lib/millsight/millsight.log"],
    )
    level: LogLevel = Field("info", description="Lowest severity that is written.")
    format: Literal["text", "json"] = Field(
        "text", description="Lines for people, or one JSON object per line."
    )
    max_mb: float = Field(
        10.0, gt=0, description="Greatest size of the file; then a new one is begun (MB)."
    )
    keep: int = Field(5, ge=1, le=1000, description="Number of older files to keep.")
