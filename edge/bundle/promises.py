"""What a bundle's gate promises to let through at most, and what it let through on the holdout."""

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
    """How many of n."""

    count: Count = Field(description="How many")
    n: Count = Field(description="Of how many")
    rate: Fraction | None = Field(description="The share; null where n is 0")
    interval: Interval | None = Field(description="Its 95 % interval; null likewise")


class Promise(ManifestPart):
    """At most a share of groups let through; each promise holds with its confidence by itself."""

    alpha: Fraction | None = Field(
        description="Greatest share of groups let through; null: too few groups to promise any"
    )
    delta: Fraction = Field(description="Chance that the promise does not hold")
    n: Count = Field(description="Groups that it was made on")
    method: Text = Field(description="How its threshold was chosen")
    value: Fraction | None = Field(
        description="Highest gate threshold that keeps it; null where no item shows the class"
    )
    kept: bool = Field(description="Whether it is made and the deployed threshold keeps it")
    achieved_recall: Fraction | None = Field(
        description="Share of these groups not let through at the deployed threshold; null of none"
    )
    miss_limit: Fraction = Field(
        description="Clopper-Pearson upper limit, at confidence 1 - delta, of the share let "
        "through at the deployed threshold, from what it let through of these groups; alpha is "
        "what is promised"
    )
    holdout: Rate = Field(description="Groups of the holdout let through, deployed threshold")
    holdout_items: Rate = Field(description="Tiles or frames of the holdout likewise")


class UnitPromises(ManifestPart):
    """The gate's promises for tiles (regions), or for frames."""

    counted: Text = Field(description="What a promise counts")
    deployed: bool = Field(description="Whether the gate threshold was chosen by these promises")
    value: Fraction = Field(description="Highest gate threshold that keeps the binding ones")
    bound_by: tuple[Text, ...] = Field(
        min_length=1, description="Which of them ask for that threshold: defect, or classes"
    )
    split: Text = Field(description="Split that they were made on")
    defect: Promise = Field(description="Over groups that show any defect")
    per_class: dict[str, Promise] = Field(description="Over groups that show a class")
    clean_passed_on: Rate = Field(
        description="Clean tiles or frames of the holdout that the gate passes on, deployed "
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
