"""A tuning plan: the engine choices for a bundle on one device, and their measurements.

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
"""The two parts of an inspection: gate and classifier, then the instance networks."""

STAGES: dict[PartName, tuple[StageName, ...]] = {
    "verdict": ("gate", "classifier"),
    "outlines": ("instances",),
}
"""The stages of each part. A part has one form, because export judged whole parts in one form."""


class StagePlan(ManifestPart):
    """The engine choice of a stage."""

    engine: Text = Field(description="Name of the engine")
    precision: Precision = Field(description="Number format of the models")
    threads: Annotated[int, Field(ge=1, le=1024)] = Field(description="Threads for each network")

    @property
    def choice(self) -> EngineChoice:
        return EngineChoice(self.engine, self.precision, self.threads)

    def __str__(self) -> str:
        return f"{self.engine} {self.precision}, {_threads(self.threads)}"


class Timing(ManifestPart):
    """The times of one engine choice, or the reason why it was refused."""

    stage: StageName = Field(description="The stage")
    way: StagePlan = Field(description="The engine choice")
    p50_ms: Milliseconds | None = Field(description="Median; null if refused")
    p99_ms: Milliseconds | None = Field(description="99th percentile; null if refused")
    rounds: Count = Field(description="Number of measurements")
    hopeless: bool = Field(description="Whether it was dropped early because it was far too slow")
    fault: Text | None = Field(description="Reason of the refusal; null if it agrees")


class Comparison(ManifestPart):
    """The tuned cascade compared with the default, measured alternately on golden frames."""

    part: PartName = Field(description="The part of the inspection")
    default_p50_ms: Milliseconds = Field(description="Median of the default")
    default_p99_ms: Milliseconds = Field(description="99th percentile of the default")
    tuned_p50_ms: Milliseconds = Field(description="Median of the tuned")
    tuned_p99_ms: Milliseconds = Field(description="99th percentile of the tuned")
    ratio: Ratio = Field(description="Median over rounds of tuned divided by default")
    ratio_interval: tuple[Ratio, Ratio] = Field(description="Its 95 % interval")
    rounds: Count = Field(description="Rounds measured")
    adopted: bool = Field(description="Whether it is faster by more than noise, and so in use")


class TuningPlan(ManifestPart):
    """The tuning plan of a bundle on this device."""

    format: Literal[1] = Field(description="Version of the file format")
    bundle: Sha256 = Field(description="SHA-256 of the bundle's file")
    bundle_name: Name = Field(description="Name of the bundle")
    tuned: str = Field(
        pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", description="Time of tuning, ISO 8601, UTC"
    )
    machine: Machine = Field(description="The machine of the measurements")
    busy: Ratio = Field(description="Load of the machine before tuning, a fraction of its cores")
    default: StagePlan | None = Field(
        description="The choice without a plan; null if it fails on this device"
    )
    note: Text | None = Field(description="A problem during tuning; null if there was none")
    stages: dict[StageName, StagePlan] = Field(description="The engine choice of each stage")
    timings: tuple[Timing, ...] = Field(description="Every choice that was tried")
    comparisons: tuple[Comparison, ...] = Field(
        description="Comparison with the default; empty if the fastest choice is the default"
    )

    @property
    def choices(self) -> dict[StageName, EngineChoice]:
        """The engine choices by stage, as ``ModelLoader`` takes them."""
        return {stage: plan.choice for stage, plan in self.stages.items()}

    @property
    def precisions(self) -> tuple[Precision, Precision | None]:
        """Precisions of verdict and outlines (None without outlines), for the golden frames."""
        outlines = self.stages.get("instances")
        return self.stages["gate"].precision, outlines.precision if outlines else None

    def __str__(self) -> str:
        return "; ".join(f"{stage} {plan}" for stage, plan in self.stages.items())


def _threads(count: int) -> str:
    return f"{count} thread{'s' if count != 1 else ''}"
