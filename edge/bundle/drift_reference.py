"""What drift is measured against: how the data looked that the models were made from.

Shares are fractions from 0 to 1 of all frames' pixels, or of all regions' scores; each frame
weighs the same.
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
    """From which population-stability index on a quantity is watched, and when it alarms."""

    watch: Index = Field(description="Index from which it differs more than samples do")
    alarm: Index = Field(description="Index from which something has changed")

    @model_validator(mode="after")
    def _ascend(self) -> Self:
        if self.watch > self.alarm:
            raise ValueError("the watch limit lies above the alarm limit")
        return self


class GreyReference(ManifestPart):
    """Grey levels of the frames that the networks were trained on."""

    edges: tuple[GreyLevel, ...] = Field(
        min_length=1, description="First grey level of each bin but the lowest, ascending"
    )
    shares: Shares = Field(description="Share of the pixels in each bin")
    limits: Limits = Field(description="Limits of the index")
    split: Text = Field(description="Split that the shares are of")
    n: Count = Field(description="Frames that the shares are of")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        _require_histogram(self.edges, self.shares)
        return self


class ScoreReference(ManifestPart):
    """The int8 gate's scores of regions that it was not trained on."""

    edges: tuple[Fraction, ...] = Field(
        min_length=1, description="Lowest score of each bin but the lowest, ascending"
    )
    clean: Shares = Field(description="Share of the clean regions in each bin")
    defective: Shares = Field(description="Share of the other regions in each bin")
    defective_share: Fraction = Field(
        description="Share of regions that are not clean; a line has no more than that"
    )
    limits: Limits = Field(description="Limits of the index")
    split: Text = Field(description="Split that the shares are of")
    n: Count = Field(description="Regions that the shares are of")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for shares in (self.clean, self.defective):
            _require_histogram(self.edges, shares)
        return self


class Drift(ManifestPart):
    """What a device holds its frames against, and from where on it says so."""

    grey: GreyReference = Field(description="Grey levels")
    scores: ScoreReference = Field(description="Gate scores")
    window: Annotated[int, Field(ge=2, le=65536)] = Field(
        description="Frames over which the index is taken"
    )
    looks: Annotated[int, Field(ge=1, le=65536)] = Field(
        description="Looks of the strip that a window is taken to hold, at least"
    )
    watch_rate: Fraction = Field(
        description="Share of undrifted windows that may exceed a watch limit"
    )
    alarm_rate: Fraction = Field(
        description="Share of undrifted windows that may exceed an alarm limit"
    )


def _require_histogram(edges: tuple[float, ...], shares: tuple[float, ...]) -> None:
    if any(low >= high for low, high in pairwise(edges)):
        raise ValueError("the edges of bins do not ascend")
    if len(shares) != len(edges) + 1:
        raise ValueError(f"{len(edges)} edges do not make {len(shares)} bins")
    if abs(sum(shares) - 1) > 1e-4:
        raise ValueError("the shares of bins do not add up to 1")
