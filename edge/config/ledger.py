"""``[ledger]``: the ledger, and the retention of rows and pictures."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class LedgerConfig(BaseModel):
    """``[ledger]``: a SQLite file of the defects and of the inspected and uninspected strip."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path | None = Field(
        None,
        description="The file, one for each line. Default: ledger.sqlite in the state folder.",
        examples=["/var/lib/millsight/ledger.sqlite"],
    )
    keep_days: float = Field(
        365.0,
        ge=0,
        description="Rows that are older, by a clock that cannot be set, are deleted; 0 keeps them "
        "(days).",
    )
    keep_mb: float = Field(
        4000.0,
        ge=0,
        description="Greatest size of the file: the oldest rows are deleted; 0 has no limit (MB).",
    )
    pictures_keep_days: float = Field(
        90.0,
        ge=0,
        description="Pictures of this ledger's runs that are older are deleted; 0 keeps them "
        "(days).",
    )
    pictures_keep_mb: float = Field(
        8000.0,
        ge=0,
        description="Greatest size of all pictures: the oldest are deleted; 0 has no limit (MB).",
    )
    reserve_mb: float = Field(
        200.0,
        ge=0,
        description="Pictures are not written if less space is free on their disk; it is reserved "
        "for rows (MB).",
    )
    outbox_messages: int = Field(
        100_000,
        ge=1,
        description="Most messages kept for an unreachable broker; then the oldest are dropped.",
    )
