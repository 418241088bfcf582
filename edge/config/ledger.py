"""The ledger, and how long it and pictures are kept."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class LedgerConfig(BaseModel):
    """``[ledger]``: one SQLite file of what was seen on the strip, and what was not."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path | None = Field(
        None,
        description="The file, one for each line; ledger.sqlite in the folder of installed bundles "
        "where not given.",
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
        description="Rows are deleted, the oldest first, where the file grows larger; 0 lets it "
        "grow (MB).",
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
        description="Pictures are deleted, the oldest first, where all of them grow larger; 0 lets "
        "them grow (MB).",
    )
    reserve_mb: float = Field(
        200.0,
        ge=0,
        description="No picture is written where less is free on its disk: rows are worth more "
        "(MB).",
    )
    outbox_messages: int = Field(
        100_000,
        ge=1,
        description="Messages kept for a broker that is away; beyond, the oldest are dropped.",
    )
