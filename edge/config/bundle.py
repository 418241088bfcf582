"""Which networks judge, and how they are run."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from edge.bundle.manifest_parts import Precision
from edge.config.section import Section


class BundleConfig(Section):
    """The networks that judge, and how they are run."""

    file: str | None = Field(
        None,
        min_length=1,
        description="Bundle file, or the name of a shipped one; the installed one, else simulated, "
        "where not given. Only the installed one is replaced while the line runs.",
        examples=["cold-strip"],
    )
    allow_unsigned: bool = Field(False, description="Admit a bundle that has no signature.")
    keys: Path | None = Field(
        None,
        description="Folder of trusted public keys; $MILLSIGHT_KEYS, else /etc/millsight/keys, "
        "where not given.",
        examples=["/etc/millsight/keys"],
    )
    state: Path | None = Field(
        None,
        description="Folder of installed bundles, and where commands reach the running line; "
        "$MILLSIGHT_STATE, else /var/lib/millsight, where not given.",
        examples=["/var/lib/millsight"],
    )
    engine: str | None = Field(
        None,
        description="Inference engine; as millsight tune found, else the first installed, where "
        "not given.",
        examples=["litert"],
    )
    precision: Precision | None = Field(
        None,
        description="Which of the bundle's models to run; as millsight tune found, else int8, "
        "where not given.",
        examples=["int8"],
    )
    threads: int | None = Field(
        None,
        ge=1,
        le=64,
        description="Threads for each model. Where not given: as millsight tune found, else 2, "
        "but one core is left for the camera and for what is caught up.",
        examples=[2],
    )
    drift_every: int | None = Field(
        None,
        ge=1,
        description="Watch one frame in so many for drift; 64 of a live camera, else 1, where not "
        "given.",
        examples=[64],
    )
