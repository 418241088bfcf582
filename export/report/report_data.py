"""Typed values of the report; ``report.json`` holds them, and the page shows them.

Scores, shares and figures are fractions from 0 to 1; times are in milliseconds.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from edge.bundle.manifest import HoldoutOpening
from edge.bundle.manifest_parts import (
    FigureDifference,
    Precision,
    StageFigures,
    Thresholds,
    Unit,
)
from edge.bundle.stages import Format
from export.compare.instance_heads import NetworkFormats
from export.compare.instance_non_inferiority import ApDifference
from export.mitigate.base import RemedyResult
from export.score.input_checks import VAL
from export.score.latency import Latency
from export.score.layer_noise import LayerError
from export.score.stage_answers import ACCURACY
from export.settings import Margins
from train.evaluate.report.evaluation_blocks import EvaluationBlock

FORMAT = 2
"""Version of ``report.json``."""


class ReportPart(BaseModel):
    """A part of the report. Templates and programs read it by attribute."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ReportedMachine(ReportPart):
    """The exporting machine, on which latencies were measured.

    Attributes:
        system: Operating system.
        architecture: Processor architecture.
        cores: Logical cores; None if unknown.
        threads: Threads per engine in the measurements.
    """

    system: str
    architecture: str
    cores: int | None
    threads: int


class ReportedData(ReportPart):
    """Data of training, choices and evaluation.

    Attributes:
        name: Name of the data set.
        source: Sources of all data that was used, in one line.
        digest: SHA-256 of pictures and labels.
        split_digest: SHA-256 of groups and splits.
        items: Items by split.
        chosen_on: Number of val items on which choices were made.
    """

    name: str
    source: str
    digest: str
    split_digest: str
    items: dict[str, int]
    chosen_on: int


class BoundsMethod(ReportPart):
    """Method of the bounds of differences; see ``export.compare.bounds``.

    Attributes:
        confidence: Confidence of each bound by itself, a fraction.
        resamples: Number of bootstrap resamples of groups.
        sided: 1: each bound is one-sided.
    """

    confidence: float
    resamples: int
    sided: int


class CalibrationInputs(ReportPart):
    """Calibration data of one int8 network.

    Attributes:
        split: Split of the regions.
        n: Number of regions.
        how: Calibration method, and layers kept in float, as text.
    """

    split: str
    n: int
    how: str


class ReportedUnits(ReportPart):
    """Units of the items.

    Attributes:
        networks: Unit of the networks' own figures.
        decision: Unit of the cascade's verdict.
    """

    networks: Unit
    decision: Unit


class ReportedRung(ReportPart):
    """One form of a set of networks; see ``export.compare.evidence.RungEvidence``.

    Attributes:
        format: File format.
        precision: Number format.
        packed: Whether it is packed, or, if the holdout stayed closed, passed on val.
        refused: Reason why not; None if packed.
        bytes: File sizes, by network.
        sha256: File digests, by network.
        parity: Largest difference from Keras on the same tensors, by network.
        end_to_end: Largest difference of a golden frame's score from Keras; None if not measured.
        figures: The cascade's figures by split and stage.
        latency: By network; empty if not measured, or left out.
    """

    format: Format
    precision: Precision
    packed: bool
    refused: str | None
    bytes: dict[str, int]
    sha256: dict[str, str]
    parity: dict[str, float]
    end_to_end: float | None
    figures: dict[str, dict[str, StageFigures]]
    latency: dict[str, Latency]

    @property
    def name(self) -> str:
        """Name of the form."""
        return f"{self.format} {self.precision}"

    @property
    def kib(self) -> float | None:
        """Total size of its files in KiB; None if it was not made."""
        return sum(self.bytes.values()) / 1024 if self.bytes else None

    def status(self, split: str) -> str:
        """Whether the form is packed, or why not; without the holdout nothing is packed."""
        if not self.packed:
            return f"refused: {self.refused}"
        return "passed" if split == VAL else "packed"


class CascadeRung(ReportedRung):
    """One form of gate and classifier.

    Attributes:
        differences: Differences to float32 TFLite by split; empty for float32 TFLite itself.
    """

    differences: dict[str, tuple[FigureDifference, ...]]

    def decision(self, split: str) -> StageFigures | None:
        """Figures of its verdicts on a split."""
        return self.figures.get(split, {}).get("decision")

    def decision_difference(self, split: str) -> FigureDifference | None:
        """Difference of its verdict accuracy to float32 TFLite."""
        found = self.differences.get(split, ())
        same = (d for d in found if (d.stage, d.figure) == ("decision", ACCURACY))
        return next(same, None)

    def verdicts(self, split: str) -> tuple[int, int, int] | None:
        """Numbers of figures that held, were not judged, and are worse; None without any."""
        found = [d.verdict for d in self.differences.get(split, ())]
        if not found:
            return None
        return found.count("held"), found.count("not judged"), found.count("worse")


class InstancesRung(ReportedRung):
    """One form of the instance networks.

    Attributes:
        differences: Differences of AP50 to float32 TFLite by split; empty for float32 TFLite
            itself.
        networks: Number formats of its networks; None if it was refused before they were chosen.
    """

    differences: dict[str, tuple[ApDifference, ...]]
    networks: NetworkFormats | None

    @property
    def heads_in_float(self) -> list[str] | None:
        """Heads that stay in float in a quantized form; None for a float form."""
        if self.networks is None or self.precision == "float32":
            return None
        heads = {"box head": self.networks.box_head, "mask head": self.networks.mask_head}
        return [name for name, precision in heads.items() if precision == "float32"]


class ReportedInstances(ReportPart):
    """The instance networks.

    Attributes:
        windows: Width and height in pixels of each window.
        rungs: Every requested form.
    """

    windows: tuple[tuple[int, int], ...]
    rungs: tuple[InstancesRung, ...]


class ReportData(ReportPart):
    """All content of ``report.json``.

    Attributes:
        format: Version of ``report.json``.
        name: Name of the bundle.
        description: Purpose of the bundle.
        simulated: Whether its data is simulated.
        created: Creation time, ISO 8601 in UTC.
        tools: Versions of the packages that affect bytes and figures.
        machine: The exporting machine; None if times are left out.
        split: Split of the figures unless stated otherwise.
        data: Data of training, choices and evaluation.
        margins: Non-inferiority margins.
        bounds: Method of the bounds.
        float_within: Largest difference of a float form's score from Keras.
        rungs: Every requested form of gate and classifier.
        calibration: Calibration data of int8, by stage.
        layers: Quantization noise of each layer of int8 TFLite, by stage.
        remedies: Mitigations that were tried.
        temperatures: Temperatures of the networks, by stage.
        thresholds: Gate and decision threshold.
        units: Units of the items.
        evaluation: Output of ``millsight evaluate``, by precision and unit; see
            ``train.evaluate.evaluation``.
        instances: The instance networks; None without them.
        holdout_openings: Every evaluation of the holdout.
    """

    format: int
    name: str
    description: str
    simulated: bool
    created: str
    tools: dict[str, str]
    machine: ReportedMachine | None
    split: str
    data: ReportedData
    margins: Margins
    bounds: BoundsMethod
    float_within: float
    rungs: tuple[CascadeRung, ...]
    calibration: dict[str, CalibrationInputs]
    layers: dict[str, tuple[LayerError, ...]]
    remedies: tuple[RemedyResult, ...]
    temperatures: dict[str, float]
    thresholds: Thresholds
    units: ReportedUnits
    evaluation: dict[str, dict[Unit, dict[str, Any]]]
    instances: ReportedInstances | None
    holdout_openings: tuple[HoldoutOpening, ...]

    def form(self, name: str) -> CascadeRung:
        """The form of gate and classifier with that name, such as ``tflite int8``."""
        return next(rung for rung in self.rungs if rung.name == name)

    @property
    def timed(self) -> bool:
        """Whether times were measured and are included."""
        return any(rung.latency for rung in self.rungs)

    def evaluated(self, precision: str, unit: Unit) -> EvaluationBlock:
        """The evaluation in one precision by one unit, typed."""
        return EvaluationBlock.model_validate(self.evaluation[precision][unit])

    def untimed(self) -> ReportData:
        """The report without timings, which depend on the machine's load."""
        instances = self.instances and self.instances.model_copy(
            update={"rungs": _untimed(self.instances.rungs)}
        )
        return self.model_copy(
            update={"rungs": _untimed(self.rungs), "instances": instances, "machine": None}
        )


def _untimed(rungs: tuple[ReportedRung, ...]) -> tuple[ReportedRung, ...]:
    return tuple(rung.model_copy(update={"latency": {}}) for rung in rungs)
