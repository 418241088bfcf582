"""A plan: how each network of a bundle is run on one device, and what was measured for it.

Times are in milliseconds, for the regions of one golden frame.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from edge.bundle.manifest_parts import (
    Count,
    ManifestPart,
    Name,
    Precision,
    Sha256,
    Text,
)
from edge.tune.machine import Machine
from edge.vision.models.load import EngineChoice, StageName

Milliseconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Ratio = Annotated[float, Field(ge=0, allow_inf_nan=False)]

PartName = Literal["verdict", "outlines"]
"""What is done for a frame: gate and classifier, then the instance networks."""

STAGES: dict[PartName, tuple[StageName, ...]] = {
    "verdict": ("gate", "classifier"),
    "outlines": ("instances",),
}
"""The stages of each part. One form serves a whole part: so it was judged when it was exported."""


class StagePlan(ManifestPart):
    """How the networks of a stage are run."""

    engine: Text = Field(description="The engine")
    precision: Precision = Field(description="Which of the bundle's models")
    threads: Annotated[int, Field(ge=1, le=1024)] = Field(description="Threads for each network")

    @property
    def choice(self) -> EngineChoice:
        return EngineChoice(self.engine, self.precision, self.threads)

    def __str__(self) -> str:
        return f"{self.engine} {self.precision}, {_threads(self.threads)}"


class Timing(ManifestPart):
    """What one way to run a stage took, or why it was not considered."""

    stage: StageName = Field(description="The stage")
    way: StagePlan = Field(description="How it was run")
    p50_ms: Milliseconds | None = Field(description="Median; null where it was refused")
    p99_ms: Milliseconds | None = Field(description="99th percentile; null likewise")
    rounds: Count = Field(description="Times it was measured")
    hopeless: bool = Field(description="Whether it was given up early, being far too slow")
    fault: Text | None = Field(description="Why it was refused; null where it agrees")


class Comparison(ManifestPart):
    """The tuned cascade against the default one, measured in turns on golden frames."""

    part: PartName = Field(description="What of it")
    default_p50_ms: Milliseconds = Field(description="Median of the default")
    default_p99_ms: Milliseconds = Field(description="99th percentile of the default")
    tuned_p50_ms: Milliseconds = Field(description="Median of the tuned")
    tuned_p99_ms: Milliseconds = Field(description="99th percentile of the tuned")
    ratio: Ratio = Field(description="Median over rounds of tuned divided by default")
    ratio_interval: tuple[Ratio, Ratio] = Field(description="Its 95 % interval")
    rounds: Count = Field(description="Rounds measured")
    adopted: bool = Field(description="Whether it is faster by more than noise, and so in use")


class TuningPlan(ManifestPart):
    """How this device runs a bundle."""

    format: Literal[1] = Field(description="Version of this file")
    bundle: Sha256 = Field(description="SHA-256 of the bundle's file")
    bundle_name: Name = Field(description="What its manifest calls it")
    tuned: str = Field(
        pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", description="When, ISO 8601, UTC"
    )
    machine: Machine = Field(description="What it was measured on")
    busy: Ratio = Field(description="Load of the machine before, a fraction of its cores")
    default: StagePlan | None = Field(
        description="How it is run without a plan; null where that fails here"
    )
    note: Text | None = Field(description="What went wrong on the way; null where nothing did")
    stages: dict[StageName, StagePlan] = Field(description="How each stage is run")
    timings: tuple[Timing, ...] = Field(description="Every way that was tried")
    comparisons: tuple[Comparison, ...] = Field(
        description="Against the default; empty where nothing else was faster"
    )

    @property
    def choices(self) -> dict[StageName, EngineChoice]:
        """What a loader takes."""
        return {stage: way.choice for stage, way in self.stages.items()}

    @property
    def precisions(self) -> tuple[Precision, Precision | None]:
        """Of the verdict, and of the outlines where there are any: what golden frames ask for."""
        outlines = self.stages.get("instances")
        return self.stages["gate"].precision, outlines.precision if outlines else None

    def __str__(self) -> str:
        return "; ".join(f"{stage} {way}" for stage, way in self.stages.items())


def _threads(count: int) -> str:
    return f"{count} thread{'s' if count != 1 else ''}"
