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

Precision = Literal["float32", "int8", "float16", "dynamic", "int16x8", "int8-s8s8"]
"""Number format of a network: float16 weights alone, dynamic int8 weights alone; int16x8 16-bit
activations; int8-s8s8, in ONNX, signed activations where int8 has unsigned ones.
"""

PRECISIONS: tuple[Precision, ...] = ("float32", "int8")
"""Those that every bundle has in TFLite."""

Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
Interval = tuple[Fraction, Fraction]
Unit = Literal["tile", "frame"]
Count = Annotated[int, Field(ge=0, le=2**53)]
"""JSON's whole numbers are the same everywhere up to 2**53 (RFC 8259, 6)."""
Pixels = Annotated[int, Field(ge=1, le=65536)]
Size = tuple[Pixels, Pixels]
MAX_TEXT = 2000
"""Characters of the longest text in a manifest."""
Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]
NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$"
Name = Annotated[str, Field(pattern=NAME_PATTERN)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ManifestPart(BaseModel):
    """A piece of the manifest: exact types, no field more or fewer, unchangeable."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class ExtensiblePart(ManifestPart):
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


class GateThreshold(ManifestPart):
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


class DecisionThreshold(ManifestPart):
    """From this score on a region is called defective."""

    value: Fraction = Field(description="The threshold, a score from 0 to 1")
    split: Text = Field(description="Split that it was chosen on")
    method: Text = Field(description="How it was chosen")
    n: Count = Field(description="Units that it was chosen on")
    unit: Unit = Field(description="What was judged")


class Thresholds(ManifestPart):
    """The two thresholds; neither stands in for the other."""

    gate: GateThreshold = Field(description="Opens the later stages to a region")
    decision: DecisionThreshold = Field(description="Gives the verdict")


class StageFigures(ManifestPart):
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


class CalibrationError(ManifestPart):
    """How far probabilities lie from what is so: expected calibration error, 15 equal bins."""

    before: Fraction = Field(description="At temperature 1")
    after: Fraction = Field(description="At the stage's temperature")
    n: Count = Field(description="Items judged")


class Calibration(ManifestPart):
    """A stage's int8 form before and after its temperature was fitted."""

    judged: Text = Field(description="Which probabilities were held against the truth")
    unit: Unit = Field(description="What an item is")
    val: CalibrationError = Field(description="On the split that the temperature was fitted on")
    holdout: CalibrationError = Field(description="On the holdout")


Verdict = Literal["held", "worse", "not judged", "too few to judge"]
"""``too few to judge`` is what older bundles say instead of ``not judged``."""


class FigureDifference(ExtensiblePart):
    """One figure of the int8 form against the float form.

    Bounds are one-sided, 95 % each, of int8 less float, groups of near-duplicates drawn together.
    """

    stage: Text = Field(description="Stage, or decision: what the cascade says")
    figure: Text = Field(description="accuracy, AUROC, or recall of a class")
    n: Count = Field(description="Items judged")
    unit: Unit = Field(description="What an item is")
    float32: Fraction | None = Field(description="The figure in float; null where undefined")
    int8: Fraction | None = Field(description="The figure in int8; null where undefined")
    difference: Share | None = Field(description="int8 less float; null where undefined")
    both_right: Count | None = Field(
        default=None, description="Items that both answered rightly; left out of AUROC"
    )
    only_float_right: Count | None = Field(
        default=None, description="Items that only float answered rightly; left out of AUROC"
    )
    only_int8_right: Count | None = Field(
        default=None, description="Items that only int8 answered rightly; left out of AUROC"
    )
    margin: Fraction | None = Field(
        default=None, description="By how much it may fall; left out of older bundles"
    )
    lower: Share | None = Field(
        default=None, description="The difference is above this; left out where undefined"
    )
    upper: Share | None = Field(
        default=None, description="The difference is below this; left out where undefined"
    )
    verdict: Verdict = Field(
        description="held: the lower bound is above -margin; worse: it is not, or the upper bound "
        "lies below -margin; not judged: n cannot resolve the margin"
    )


class PackedRung(ManifestPart):
    """How many figures of one form of the networks held against float32 TFLite."""

    format: Literal["tflite", "onnx"] = Field(description="Format of its files")
    precision: Precision = Field(description="Number format")
    held: Count = Field(description="Figures that are not worse by the margin")
    not_judged: Count = Field(description="Figures whose margin n cannot resolve")


class GateReport(ExtensiblePart):
    """How int8 was compared with float before the bundle was packed."""

    split: Text = Field(description="Split that they were compared on")
    accuracy_margin: Fraction = Field(description="By how much accuracy may fall")
    recall_margin: Fraction = Field(description="By how much a class's recall may fall")
    auroc_margin: Fraction | None = Field(
        default=None, description="By how much AUROC may fall; left out of older bundles"
    )
    min_items: Count | None = Field(
        default=None,
        description="In older bundles: fewer items of a class than this were not judged",
    )
    confidence: Fraction | None = Field(
        default=None, description="Of each one-sided bound; left out of older bundles"
    )
    resamples: Count | None = Field(
        default=None, description="Draws of groups for the bounds; left out of older bundles"
    )
    differences: tuple[FigureDifference, ...] = Field(description="Every figure compared")
    rungs: tuple[PackedRung, ...] | None = Field(
        default=None, description="Every other form that is packed; left out of older bundles"
    )
    verdict: Literal["held"] = Field(description="A bundle is packed only where none was worse")


class GoldenInstance(ManifestPart):
    """A defect that the instance networks outline on a golden frame."""

    class_name: Text = Field(description="Its class")
    score: Fraction = Field(description="Its score")
    box: tuple[float, float, float, float] = Field(
        description="Left, top, right and bottom of its box in pixels of the frame"
    )


class GoldenScores(ExtensiblePart):
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


class GoldenFrame(ExtensiblePart):
    """A picture with the scores that a device must reproduce."""

    file: Text = Field(description="Name of the file in the bundle")
    source: Text = Field(description="Where the picture is from")
    expected: dict[Precision, GoldenScores] = Field(description="Scores in each number format")
    expected_onnx: dict[Precision, GoldenScores] | None = Field(
        default=None,
        description="The same of the ONNX files, which are quantized otherwise; left out where "
        "there are none",
    )

    def scores(self, precision: Precision, format_: str) -> GoldenScores | None:
        """What is expected of the files of a format; None where the frame was not scored so.

        Older bundles, which say nothing of ONNX, expect of it what they expect of TFLite.
        """
        given = self.expected if format_ == "tflite" else self.expected_onnx
        return (self.expected if given is None else given).get(precision)
