"""The manifest of a bundle, ``manifest.json``, checked field by field.

Scores, shares and figures are fractions from 0 to 1; sizes of pictures are in pixels, [width,
height]; sizes of files are in bytes.
"""

from __future__ import annotations

import json
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from edge.bundle.container import MANIFEST
from edge.bundle.drift_reference import Drift
from edge.bundle.manifest_parts import (
    Calibration,
    Count,
    ExtensiblePart,
    GateReport,
    GoldenFrame,
    ManifestPart,
    Name,
    Pixels,
    Precision,
    Sha256,
    Size,
    StageFigures,
    Text,
    Thresholds,
    Unit,
)
from edge.bundle.promises import UnitPromises
from edge.bundle.stages import Stages
from edge.core.errors import (
    BundleError,
    NewerFormatError,
    OlderFormatError,
)

FORMAT = 2
"""Version of the manifest format that this millsight reads and writes."""


MIN_REGION = 4
"""Pixels along a region's side: in less there is nothing to see."""

MAX_ENLARGEMENT = 64
"""Pixels of a network's input for one of the frame: eight along each side, as where the study's
networks, which take 256×256, are trained on tiles of 32×32."""

MAX_REGIONS = 2**20
"""Of the largest frame. Their scores alone are some megabytes."""


class FrameSizes(ManifestPart):
    """The sizes of frame that the models accept, in pixels."""

    min_width: Pixels = Field(description="Smallest width in pixels")
    max_width: Pixels = Field(description="Largest width in pixels")
    min_height: Pixels = Field(description="Smallest height in pixels")
    max_height: Pixels = Field(description="Largest height in pixels")
    multiple_width: Pixels = Field(description="The width in pixels is a multiple of this")
    multiple_height: Pixels = Field(description="The height in pixels is a multiple of this")

    def accepts(self, width: int, height: int) -> bool:
        """Whether a frame of this size, in pixels, can be inspected."""
        return (
            self.min_width <= width <= self.max_width
            and self.min_height <= height <= self.max_height
            and width % self.multiple_width == height % self.multiple_height == 0
        )

    def __str__(self) -> str:
        return " × ".join(
            _range(low, high, multiple)
            for low, high, multiple in (
                (self.min_width, self.max_width, self.multiple_width),
                (self.min_height, self.max_height, self.multiple_height),
            )
        )


def _require_bounded(frame: FrameSizes, region: Size | None, wanted: Size) -> None:
    """Refuse regions so small that a frame has more of them than any memory has room for.

    Raises:
        ValueError: They are, or the network's input is many times as large as what it shows.
    """
    if region is None:
        return
    width, height = region
    if min(region) < MIN_REGION or wanted[0] * wanted[1] > MAX_ENLARGEMENT * width * height:
        raise ValueError(f"regions of {width}×{height} pixels are too small")
    if -(-frame.max_width // width) * -(-frame.max_height // height) > MAX_REGIONS:
        raise ValueError(f"the largest frame has more than {MAX_REGIONS} regions")


def _range(low: int, high: int, multiple: int) -> str:
    if low == high:
        return str(low)
    return f"{low}–{high}" + (f" in steps of {multiple}" if multiple > 1 else "")


class TrainingData(ManifestPart):
    """The data on which the networks were trained and evaluated."""

    name: Text = Field(description="Name of the data set")
    source: Text = Field(description="Source of the data set")
    terms: Text = Field(description="Terms of use")
    digest: Sha256 = Field(description="SHA-256 over image names, image bytes and labels")
    split_digest: Sha256 = Field(description="SHA-256 over image names, groups and splits")
    splits: dict[str, Count] = Field(description="Items in each split: tiles, or frames")


class HoldoutOpening(ManifestPart):
    """One evaluation on the holdout for a release; each one makes the holdout less independent."""

    by: Text = Field(description="Command that used it")
    when: str = Field(
        pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$",
        description="Time, ISO 8601 with offset from UTC",
    )


class FileEntry(ManifestPart):
    """One file of the bundle."""

    sha256: Sha256 = Field(description="SHA-256 of its bytes")
    bytes: Count = Field(description="Size in bytes")


class ReportFiles(ManifestPart):
    """The export report: one file for people, one with the same content for programs."""

    page: Text = Field(description="Name of the HTML page in the bundle")
    figures: Text = Field(description="Name of its JSON file in the bundle")


class Manifest(ExtensiblePart):
    """The manifest of a bundle."""

    format: Literal[2] = Field(description="Version of the manifest format")
    name: Name = Field(description="Name of the bundle")
    description: Text = Field(description="Purpose of the bundle")
    simulated: bool = Field(description="Whether it was trained on simulated strip")
    created: str = Field(
        pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$",
        description="Time of packing, ISO 8601, UTC",
    )
    tools: dict[str, Text] = Field(description="Versions of the packages that made it")
    classes: tuple[Text, ...] = Field(description="Defect classes, in the classifier's order")
    frame: FrameSizes = Field(description="Accepted sizes of frame, in pixels")
    stages: Stages = Field(description="The networks")
    thresholds: Thresholds = Field(description="The thresholds and how they were chosen")
    promises: dict[Unit, UnitPromises] = Field(
        description="The gate's guarantees for each unit, and its result on the holdout"
    )
    calibration: dict[str, Calibration] = Field(
        description="Calibration error of each stage's probabilities"
    )
    drift: Drift = Field(description="Reference for drift")
    data: TrainingData = Field(description="The training data")
    metrics: dict[str, dict[Precision, StageFigures]] = Field(
        description="Holdout figures by stage and number format"
    )
    gate_report: GateReport = Field(description="How int8 was compared with float")
    holdout_openings: tuple[HoldoutOpening, ...] = Field(
        description="Every evaluation on the holdout by training or export"
    )
    golden: tuple[GoldenFrame, ...] = Field(description="Pictures with their expected scores")
    report: ReportFiles | None = Field(
        default=None, description="The export report; absent from older bundles"
    )
    files: dict[str, FileEntry] = Field(description="Every other file of the bundle")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        for models in self.stages.networks:
            forms = [(model.format, model.precision) for model in models]
            if len(set(forms)) < len(forms):
                raise ValueError("a network has two files of one format and precision")
        named = {model.file for models in self.stages.networks for model in models}
        named |= {golden.file for golden in self.golden}
        named |= {self.report.page, self.report.figures} if self.report else set()
        if named != set(self.files):
            odd = sorted(named ^ set(self.files))[0]
            raise ValueError(f"files and what uses them disagree on {odd!r}")
        if "defect" not in self.stages.gate.outputs:
            raise ValueError("the gate has no output 'defect'")
        classifier = self.stages.classifier
        if classifier and classifier.outputs not in (self.classes, ("none", *self.classes)):
            raise ValueError("the classifier's outputs are not the bundle's classes, none first")
        if classifier and classifier.geometry.region != self.stages.gate.geometry.region:
            raise ValueError("gate and classifier look at different regions")
        for stage in (self.stages.gate, classifier):
            if stage is not None:
                _require_bounded(self.frame, stage.geometry.region, stage.geometry.input)
        outlines = self.stages.instances
        if outlines and len(outlines.rules) != len(self.classes):
            raise ValueError("the instance networks' rules are not one for each class")
        if self.thresholds.gate.value > self.thresholds.decision.value:
            raise ValueError("the gate threshold lies above the decision threshold")
        deployed = [p for p in self.promises.values() if p.deployed]
        if len(deployed) != 1 or self.thresholds.gate.value > deployed[0].value:
            raise ValueError("the gate threshold is not the one that its promises ask for")
        return self

    def to_json(self) -> bytes:
        """The canonical form of this manifest: sorted keys, one space of indent, UTF-8."""
        text = json.dumps(
            self.model_dump(mode="json"),
            sort_keys=True,
            indent=1,
            ensure_ascii=False,
            allow_nan=False,
        )
        return text.encode() + b"\n"


def parse_manifest(data: bytes) -> Manifest:
    """Read ``manifest.json``.

    Raises:
        BundleError: Not JSON, a field is wrong, or not in canonical form.
        NewerFormatError: A later millsight wrote it, in a newer format.
        OlderFormatError: An earlier millsight wrote it, in an older format.
    """
    try:
        fields: Any = json.loads(data)
    except (ValueError, RecursionError):
        raise BundleError(f"its {MANIFEST} is not JSON") from None
    version = fields.get("format") if isinstance(fields, dict) else None
    if isinstance(version, int) and version > FORMAT:
        raise NewerFormatError(
            f"it has format {version}; this millsight reads format {FORMAT}", "Upgrade millsight"
        )
    if type(version) is int and 0 < version < FORMAT:
        raise OlderFormatError(
            f"it has format {version}; this millsight reads format {FORMAT}",
            "Export it again with this millsight",
        )
    try:
        manifest = Manifest.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "as a whole"
        raise BundleError(f"its {MANIFEST} is wrong at {place}: {first['msg']}") from None
    if manifest.to_json() != data:
        raise BundleError(f"its {MANIFEST} is not written as millsight writes it")
    return manifest
