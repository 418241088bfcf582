"""What a bundle puts forward for itself: thresholds, figures, comparison, golden frames.

Scores, shares and figures are fractions from 0 to 1.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
)

Precision = Literal["float32", "int8"]
PRECISIONS: tuple[Precision, ...] = ("float32", "int8")

Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
Interval = tuple[Fraction, Fraction]
Unit = Literal["tile", "frame"]
Count = Annotated[int, Field(ge=0)]
Pixels = Annotated[int, Field(ge=1, le=65536)]
Size = tuple[Pixels, Pixels]
MAX_TEXT = 2000
"""Characters of the longest text in a manifest."""
Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]
NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$"
Name = Annotated[str, Field(pattern=NAME_PATTERN)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Part(BaseModel):
    """A piece of the manifest: exact types, no field more or fewer, unchangeable."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class GrownPart(Part):
    """A piece with fields that older bundles lack: one that is null is not written.

    So a bundle from before there were such fields keeps its every byte.
    """

    @model_serializer(mode="wrap")
    def _leave_out(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        fields = type(self).model_fields
        return {
            name: value
            for name, value in write(self).items()
            if value is not None or fields[name].is_required()
        }


class GateThreshold(Part):
    """From this score on a region is suspicious; set for recall, with a guarantee."""

    value: Fraction = Field(description="The threshold, a score from 0 to 1")
    alpha: Fraction | None = Field(
        description="Greatest share of defective units let through; null: too few to promise any"
    )
    delta: Fraction = Field(description="Chance that the guarantee does not hold")
    n: Count = Field(description="Defective units that it was chosen on")
    unit: Text = Field(description="What n counts")
    method: Text = Field(description="How it was chosen")
    split: Text = Field(description="Split that it was chosen on")
    achieved_recall: Fraction = Field(description="Recall on that split at this threshold")


class DecisionThreshold(Part):
    """From this score on a region is called defective."""

    value: Fraction = Field(description="The threshold, a score from 0 to 1")
    split: Text = Field(description="Split that it was chosen on")
    method: Text = Field(description="How it was chosen")
    n: Count = Field(description="Units that it was chosen on")
    unit: Unit = Field(description="What was judged")


class Thresholds(Part):
    """The two thresholds; neither stands in for the other."""

    gate: GateThreshold = Field(description="Opens the later stages to a region")
    decision: DecisionThreshold = Field(description="Gives the verdict")


class Figures(Part):
    """How well one form of a stage did on the holdout."""

    accuracy: Fraction = Field(description="Share of right answers")
    accuracy_interval: Interval = Field(description="Its 95 % interval")
    auroc: Fraction | None = Field(
        description="Area under the ROC of defect or none; null where undefined"
    )
    auroc_interval: Interval | None = Field(description="Its 95 % interval; null likewise")
    n: Count = Field(description="Items judged")
    unit: Unit = Field(description="What an item is")
    recall_per_class: dict[str, Fraction | None] = Field(
        description="Share of the items that show a class of which it is said; null of nothing"
    )


class CalibrationError(Part):
    """How far probabilities lie from what is so: expected calibration error, 15 equal bins."""

    before: Fraction = Field(description="At temperature 1")
    after: Fraction = Field(description="At the stage's temperature")
    n: Count = Field(description="Items judged")


class Calibration(Part):
    """A stage's int8 form before and after its temperature was fitted."""

    judged: Text = Field(description="Which probabilities were held against the truth")
    unit: Unit = Field(description="What an item is")
    val: CalibrationError = Field(description="On the split that the temperature was fitted on")
    holdout: CalibrationError = Field(description="On the holdout")


class Difference(Part):
    """One figure of the int8 form against the float form."""

    stage: Text = Field(description="Stage, or decision: what the cascade says")
    figure: Text = Field(description="accuracy, or recall of a class")
    n: Count = Field(description="Items judged")
    unit: Unit = Field(description="What an item is")
    float32: Fraction | None = Field(description="The figure in float; null where n is 0")
    int8: Fraction | None = Field(description="The figure in int8; null where n is 0")
    difference: Share | None = Field(description="int8 less float; null where n is 0")
    both_right: Count = Field(description="Items that both answered rightly")
    only_float_right: Count = Field(description="Items that only float answered rightly")
    only_int8_right: Count = Field(description="Items that only int8 answered rightly")
    verdict: Literal["held", "worse", "too few to judge"] = Field(
        description="Whether int8 is worse by more than the margin"
    )


class GateReport(Part):
    """How int8 was compared with float before the bundle was packed."""

    split: Text = Field(description="Split that they were compared on")
    accuracy_margin: Fraction = Field(description="By how much accuracy may fall")
    recall_margin: Fraction = Field(description="By how much a class's recall may fall")
    min_items: Count = Field(description="Fewer items of a class than this are not judged")
    differences: tuple[Difference, ...] = Field(description="Every figure compared")
    verdict: Literal["held"] = Field(description="A bundle is packed only where all held")


class GoldenInstance(Part):
    """A defect that the instance networks outline on a golden frame."""

    class_name: Text = Field(description="Its class")
    score: Fraction = Field(description="Its score")
    box: tuple[float, float, float, float] = Field(
        description="Left, top, right and bottom of its box in pixels of the frame"
    )


class GoldenScores(GrownPart):
    """What a golden frame scores."""

    defect_score: Fraction = Field(description="The worst region's score")
    class_scores: dict[str, Fraction] = Field(description="Each class's highest score")
    region_scores: tuple[Fraction, ...] = Field(
        description="The score of each region, row by row; the highest is defect_score"
    )
    instances: tuple[GoldenInstance, ...] | None = Field(
        default=None,
        description="What is outlined where the whole frame is suspicious; left out where the "
        "bundle outlines nothing",
    )


class GoldenFrame(Part):
    """A picture with the scores that a device must reproduce."""

    file: Text = Field(description="Name of the file in the bundle")
    source: Text = Field(description="Where the picture is from")
    expected: dict[Precision, GoldenScores] = Field(description="Scores in each number format")
