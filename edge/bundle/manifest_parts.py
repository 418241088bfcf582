"""Parts of the manifest: thresholds, figures, the comparison of forms, golden frames.

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
"""Number format of a network. float16 and dynamic (int8) apply to the weights only; int16x8 has
16-bit activations; int8-s8s8, in ONNX, has signed activations where int8 has unsigned ones.
"""

PRECISIONS: tuple[Precision, ...] = ("float32", "int8")
"""Number formats that every bundle has in TFLite."""

Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
Interval = tuple[Fraction, Fraction]
Unit = Literal["tile", "frame"]
Count = Annotated[int, Field(ge=0, le=2**53)]
"""JSON's whole numbers are the same everywhere up to 2**53 (RFC 8259, 6)."""
Pixels = Annotated[int, Field(ge=1, le=65536)]
Size = tuple[Pixels, Pixels]
MAX_TEXT = 2000
"""Most characters of a text in a manifest."""
Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]
NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$"
Name = Annotated[str, Field(pattern=NAME_PATTERN)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ManifestPart(BaseModel):
    """A part of the manifest: exact types, no unknown fields, immutable."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class ExtensiblePart(ManifestPart):
    """A part with optional fields that older bundles lack; they are not written if null.

    So the manifest of an older bundle is written back with the same bytes.
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
    """A region is suspicious from this score; it is set for recall, with a guarantee."""

    value: Fraction = Field(description="The threshold, a score from 0 to 1")
    alpha: Fraction | None = Field(
        description="Guaranteed upper limit of the share of missed defective units; null: too few "
        "units for a guarantee"
    )
    delta: Fraction = Field(description="Probability that the guarantee does not hold")
    n: Count = Field(description="Defective units on which it was chosen")
    unit: Text = Field(description="Unit that n counts")
    method: Text = Field(description="How it was chosen")
    split: Text = Field(description="Split on which it was chosen")
    achieved_recall: Fraction = Field(description="Recall on that split at this threshold")


class DecisionThreshold(ManifestPart):
    """A region is defective from this score."""

    value: Fraction = Field(description="The threshold, a score from 0 to 1")
    split: Text = Field(description="Split on which it was chosen")
    method: Text = Field(description="How it was chosen")
    n: Count = Field(description="Units on which it was chosen")
    unit: Unit = Field(description="Unit that was judged")


class Thresholds(ManifestPart):
    """The two thresholds. They have different purposes; neither replaces the other."""

    gate: GateThreshold = Field(description="From this score a region goes to the later stages")
    decision: DecisionThreshold = Field(description="From this score the verdict is defective")


class StageFigures(ManifestPart):
    """Figures of one form of a stage on the holdout."""

    accuracy: Fraction = Field(description="Share of correct answers")
    accuracy_interval: Interval = Field(description="Its 95 % interval")
    auroc: Fraction | None = Field(
        description="Area under the ROC curve, defect against none; null if undefined"
    )
    auroc_interval: Interval | None = Field(description="Its 95 % interval; null if undefined")
    n: Count = Field(description="Items judged")
    unit: Unit = Field(description="Unit of an item")
    recall_per_class: dict[str, Fraction | None] = Field(
        description="Recall of each class; null if no item shows the class"
    )


class CalibrationError(ManifestPart):
    """Expected calibration error of probabilities, with 15 bins of equal width."""

    before: Fraction = Field(description="At temperature 1")
    after: Fraction = Field(description="At the stage's temperature")
    n: Count = Field(description="Items judged")


class Calibration(ManifestPart):
    """A stage's int8 form before and after its temperature was fitted."""

    judged: Text = Field(description="Probabilities that were compared with the truth")
    unit: Unit = Field(description="Unit of an item")
    val: CalibrationError = Field(description="On the split on which the temperature was fitted")
    holdout: CalibrationError = Field(description="On the holdout")


Verdict = Literal["held", "worse", "not judged", "too few to judge"]
"""Older bundles have ``too few to judge`` instead of ``not judged``."""


class FigureDifference(ExtensiblePart):
    """One figure of the int8 form compared with the float form.

    Each bound of the difference int8 - float is one-sided, 95 %, by a bootstrap that draws whole
    groups of near-duplicates.
    """

    stage: Text = Field(description="Stage, or decision: the cascade's verdict")
    figure: Text = Field(description="accuracy, AUROC, or recall of a class")
    n: Count = Field(description="Items judged")
    unit: Unit = Field(description="Unit of an item")
    float32: Fraction | None = Field(description="The figure in float; null if undefined")
    int8: Fraction | None = Field(description="The figure in int8; null if undefined")
    difference: Share | None = Field(description="int8 - float; null if undefined")
    both_right: Count | None = Field(
        default=None, description="Items that both answered correctly; absent for AUROC"
    )
    only_float_right: Count | None = Field(
        default=None, description="Items that only float answered correctly; absent for AUROC"
    )
    only_int8_right: Count | None = Field(
        default=None, description="Items that only int8 answered correctly; absent for AUROC"
    )
    margin: Fraction | None = Field(
        default=None, description="Largest allowed decrease; absent from older bundles"
    )
    lower: Share | None = Field(
        default=None, description="Lower bound of the difference; absent if undefined"
    )
    upper: Share | None = Field(
        default=None, description="Upper bound of the difference; absent if undefined"
    )
    verdict: Verdict = Field(
        description="held: the lower bound is above -margin; worse: it is not, or the upper bound "
        "lies below -margin; not judged: n is too small to resolve the margin"
    )


class PackedRung(ManifestPart):
    """How many figures of one form of the networks are not worse than in float32 TFLite."""

    format: Literal["tflite", "onnx"] = Field(description="Format of its files")
    precision: Precision = Field(description="Number format")
    held: Count = Field(description="Figures that are not worse by the margin")
    not_judged: Count = Field(description="Figures for which n is too small for the margin")


class GateReport(ExtensiblePart):
    """The comparison of int8 with float before the bundle was packed."""

    split: Text = Field(description="Split on which they were compared")
    accuracy_margin: Fraction = Field(description="Largest allowed decrease of accuracy")
    recall_margin: Fraction = Field(description="Largest allowed decrease of a class's recall")
    auroc_margin: Fraction | None = Field(
        default=None, description="Largest allowed decrease of AUROC; absent from older bundles"
    )
    min_items: Count | None = Field(
        default=None,
        description="In older bundles: classes with fewer items than this were not judged",
    )
    confidence: Fraction | None = Field(
        default=None, description="Confidence of each bound; absent from older bundles"
    )
    resamples: Count | None = Field(
        default=None, description="Bootstrap resamples for the bounds; absent from older bundles"
    )
    differences: tuple[FigureDifference, ...] = Field(description="Every figure compared")
    rungs: tuple[PackedRung, ...] | None = Field(
        default=None, description="Every other packed form; absent from older bundles"
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
    """The expected scores of a golden frame."""

    defect_score: Fraction = Field(description="The highest score of its regions")
    class_scores: dict[str, Fraction] = Field(description="Each class's highest score")
    region_scores: tuple[Fraction, ...] = Field(
        description="The score of each region, row by row; the highest is defect_score"
    )
    instances: tuple[GoldenInstance, ...] | None = Field(
        default=None,
        description="Instances found if the whole frame counts as suspicious; absent if the bundle "
        "has no instance model",
    )


class GoldenFrame(ExtensiblePart):
    """A picture with the scores that a device must reproduce."""

    file: Text = Field(description="Name of the file in the bundle")
    source: Text = Field(description="Source of the picture")
    expected: dict[Precision, GoldenScores] = Field(description="Scores in each number format")
    expected_onnx: dict[Precision, GoldenScores] | None = Field(
        default=None,
        description="Scores of the ONNX files, which are quantized differently; absent if there "
        "are none",
    )

    def scores(self, precision: Precision, format_: str) -> GoldenScores | None:
        """The expected scores for a file format; None if the frame was not scored in it.

        For older bundles without scores of ONNX, those of TFLite apply.
        """
        given = self.expected if format_ == "tflite" else self.expected_onnx
        return (self.expected if given is None else given).get(precision)
