"""``[bundle]``: the networks and how they are run."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from edge.bundle.manifest_parts import Precision
from edge.config.section import Section


class BundleConfig(Section):
    """``[bundle]``: the networks and how they are run."""

    file: str | None = Field(
        None,
        min_length=1,
        description="Bundle file, or the name of a shipped bundle. Default: the installed bundle, "
        "else simulated. Only an installed bundle can be replaced while the line runs.",
        examples=["cold-strip"],
    )
    allow_unsigned: bool = Field(False, description="Accept a bundle without a signature.")
    keys: Path | None = Field(
        None,
        description="Folder of trusted public keys. Default: $MILLSIGHT_KEYS, else "
        "/etc/millsight/keys.",
        examples=["/etc/millsight/keys"],
    )
    state: Path | None = Field(
        None,
        description="State folder: installed bundles, and the socket for commands to the running "
        "line. Default: $MILLSIGHT_STATE, else /var/lib/millsight.",
        examples=["/var/lib/millsight"],
    )
    engine: str | None = Field(
        None,
        description="Inference engine. Default: from the plan of millsight tune, else the first "
        "installed engine.",
        examples=["litert"],
    )
    precision: Precision | None = Field(
        None,
        description="Number format of the models. Default: from the plan of millsight tune, else "
        "int8.",
        examples=["int8"],
    )
    threads: int | None = Field(
        None,
        ge=1,
        le=64,
        description="Threads for each model. Default: from the plan of millsight tune, else 2, "
        "but one core is left for the camera and for deferred stages.",
        examples=[2],
    )
    drift_every: int | None = Field(
        None,
        ge=1,
        description="Use one frame in so many to monitor drift. Default: 64 for a live camera, "
        "else 1.",
        examples=[64],
    )
