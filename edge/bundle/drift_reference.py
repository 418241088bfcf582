"""The reference for drift: histograms of the data that the models were trained on.

Shares are fractions from 0 to 1 of the pixels of all frames, or of the scores of all regions; each
frame has the same weight.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from edge.bundle.manifest_parts import (
    Count,
    Fraction,
    ManifestPart,
    Text,
)

GreyLevel = Annotated[int, Field(ge=1, le=255)]
Index = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Shares = Annotated[tuple[Fraction, ...], Field(min_length=2, max_length=256)]


class Limits(ManifestPart):
    """Limits of the population-stability index (PSI)."""

    watch: Index = Field(description="PSI from which the difference exceeds sampling noise")
    alarm: Index = Field(description="PSI from which the data has changed")

    @model_validator(mode="after")
    def _ascend(self) -> Self:
        if self.watch > self.alarm:
            raise ValueError("the watch limit lies above the alarm limit")
        return self


class GreyReference(ManifestPart):
    """Grey levels of the frames that the networks were trained on."""

    edges: tuple[GreyLevel, ...] = Field(
        min_length=1, description="First grey level of each bin except the lowest, ascending"
    )
    shares: Shares = Field(description="Share of the pixels in each bin")
    limits: Limits = Field(description="Limits of the PSI")
    split: Text = Field(description="Split on which the shares were measured")
    n: Count = Field(description="Frames on which the shares were measured")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        _require_histogram(self.edges, self.shares)
        return self


class ScoreReference(ManifestPart):
    """The int8 gate's scores of regions that it was not trained on."""

    edges: tuple[Fraction, ...] = Field(
        min_length=1, description="Lowest score of each bin except the lowest, ascending"
    )
    clean: Shares = Field(description="Share of the clean regions in each bin")
    defective: Shares = Field(description="Share of the other regions in each bin")
    defective_share: Fraction = Field(
        description="Share of regions that are not clean; the maximum assumed on a line"
    )
    limits: Limits = Field(description="Limits of the PSI")
    split: Text = Field(description="Split on which the shares were measured")
    n: Count = Field(description="Regions on which the shares were measured")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for shares in (self.clean, self.defective):
            _require_histogram(self.edges, shares)
        return self


class Drift(ManifestPart):
    """The reference with which a device compares its frames, and the limits for a warning."""

    grey: GreyReference = Field(description="Grey levels")
    scores: ScoreReference = Field(description="Gate scores")
    window: Annotated[int, Field(ge=2, le=65536)] = Field(
        description="Frames over which the PSI is computed"
    )
    looks: Annotated[int, Field(ge=1, le=65536)] = Field(
        description="Looks of the strip that a window is taken to hold, at least"
    )
    watch_rate: Fraction = Field(
        description="Share of windows without drift that may exceed a watch limit"
    )
    alarm_rate: Fraction = Field(
        description="Share of windows without drift that may exceed an alarm limit"
    )


def _require_histogram(edges: tuple[float, ...], shares: tuple[float, ...]) -> None:
    if any(low >= high for low, high in pairwise(edges)):
        raise ValueError("the edges of bins do not ascend")
    if len(shares) != len(edges) + 1:
        raise ValueError(f"{len(edges)} edges do not make {len(shares)} bins")
    if abs(sum(shares) - 1) > 1e-4:
        raise ValueError("the shares of bins do not add up to 1")
