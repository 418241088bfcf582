"""The gate's guarantees: an upper limit for missed defects, and the misses on the holdout."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from edge.bundle.manifest_parts import (
    Count,
    Fraction,
    Interval,
    ManifestPart,
    Text,
)


class Rate(ManifestPart):
    """A share: count of n."""

    count: Count = Field(description="Numerator")
    n: Count = Field(description="Denominator")
    rate: Fraction | None = Field(description="count / n; null if n is 0")
    interval: Interval | None = Field(description="Its 95 % interval; null if n is 0")


class Promise(ManifestPart):
    """A guarantee: the gate misses at most a share alpha of the groups, with confidence 1 - delta.

    Each promise holds with this confidence on its own, not all promises together.
    """

    alpha: Fraction | None = Field(
        description="Guaranteed upper limit of the share of missed groups; null: too few groups "
        "for a guarantee"
    )
    delta: Fraction = Field(description="Probability that the guarantee does not hold")
    n: Count = Field(description="Groups on which it was made")
    method: Text = Field(description="How its threshold was chosen")
    value: Fraction | None = Field(
        description="Highest gate threshold that keeps it; null if no item shows the class"
    )
    kept: bool = Field(
        description="Whether there is a guarantee and the deployed threshold keeps it"
    )
    achieved_recall: Fraction | None = Field(
        description="Share of these groups found at the deployed threshold; null without groups"
    )
    miss_limit: Fraction = Field(
        description="Clopper-Pearson upper limit, at confidence 1 - delta, of the share missed at "
        "the deployed threshold, from the misses among these groups; alpha is the guarantee"
    )
    holdout: Rate = Field(description="Groups of the holdout missed at the deployed threshold")
    holdout_items: Rate = Field(
        description="Tiles or frames of the holdout missed at the deployed threshold"
    )


class UnitPromises(ManifestPart):
    """The gate's guarantees for tiles (regions), or for frames."""

    counted: Text = Field(description="What a guarantee counts")
    deployed: bool = Field(description="Whether the gate threshold was chosen by these guarantees")
    value: Fraction = Field(description="Highest gate threshold that keeps the binding ones")
    bound_by: tuple[Text, ...] = Field(
        min_length=1, description="Guarantees that require this threshold: defect, or classes"
    )
    split: Text = Field(description="Split on which they were made")
    defect: Promise = Field(description="Over groups that show any defect")
    per_class: dict[str, Promise] = Field(description="Over groups that show the class")
    clean_passed_on: Rate = Field(
        description="Clean tiles or frames of the holdout that the gate passes on at the deployed "
        "threshold"
    )

    @model_validator(mode="after")
    def _is_what_binds_asks_for(self) -> Self:
        every = {"defect": self.defect, **self.per_class}
        if any(name not in every or every[name].value != self.value for name in self.bound_by):
            raise ValueError("its value is not what the promises in bound_by ask for")
        if self.defect.value is None or self.value > self.defect.value:
            raise ValueError("its value is above what the promise over all defects asks for")
        return self
