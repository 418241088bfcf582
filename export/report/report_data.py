"""What the report states, as typed values: ``report.json`` holds them, and the page shows them.

Scores, shares and figures are fractions from 0 to 1; times are milliseconds.
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
    """The machine that exported, which latencies are of.

    Attributes:
        system: Operating system.
        architecture: Of the processor.
        cores: Logical cores; None where the system does not say.
        threads: Threads of each engine that was timed.
    """

    system: str
    architecture: str
    cores: int | None
    threads: int


class ReportedData(ReportPart):
    """What the networks were trained, chosen and judged on.

    Attributes:
        name: Of the data set.
        source: Where all data is from that had a say, in a line.
        digest: SHA-256 of pictures and labels.
        split_digest: SHA-256 of groups and splits.
        items: Items by split.
        chosen_on: Tiles of val, or frames, that choices were made on.
    """

    name: str
    source: str
    digest: str
    split_digest: str
    items: dict[str, int]
    chosen_on: int


class BoundsMethod(ReportPart):
    """How bounds of differences are taken; see ``export.compare.bounds``.

    Attributes:
        confidence: Of each bound by itself, a fraction.
        resamples: Draws of whole groups.
        sided: 1: each bound is one-sided.
    """

    confidence: float
    resamples: int
    sided: int


class CalibrationInputs(ReportPart):
    """What int8's ranges of one network were set by.

    Attributes:
        split: The regions' split.
        n: How many regions.
        how: The method, and the layers that stay float, in words.
    """

    split: str
    n: int
    how: str


class ReportedUnits(ReportPart):
    """What an item is.

    Attributes:
        networks: Of the networks' own figures.
        decision: Of the cascade's verdict.
    """

    networks: Unit
    decision: Unit


class ReportedRung(ReportPart):
    """One form of a set of networks; see ``export.compare.evidence.RungEvidence``.

    Attributes:
        format: File format.
        precision: Number format.
        packed: Whether it is in the bundle, or was let through where the holdout stayed closed.
        refused: Why it is not; None where it is.
        bytes: Size of its files, by network.
        sha256: Digests of them, likewise.
        parity: Largest difference from Keras on the same tensors, by network.
        end_to_end: Largest difference of a golden frame's score from Keras's; None where that was
            not measured.
        figures: The cascade's figures by split and stage.
        latency: By network; empty where it was not timed, or times are left out.
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
        """The form in words."""
        return f"{self.format} {self.precision}"

    @property
    def kib(self) -> float | None:
        """Size of all its files; None where it was never made."""
        return sum(self.bytes.values()) / 1024 if self.bytes else None

    def standing(self, split: str) -> str:
        """Whether the form is packed, or why not; val alone lets through and packs nothing."""
        if not self.packed:
            return f"refused: {self.refused}"
        return "let through" if split == VAL else "packed"


class CascadeRung(ReportedRung):
    """One form of gate and classifier.

    Attributes:
        differences: Every figure against float32 TFLite, by split; empty for that itself.
    """

    differences: dict[str, tuple[FigureDifference, ...]]

    def decision(self, split: str) -> StageFigures | None:
        """How often its verdicts are right on a split."""
        return self.figures.get(split, {}).get("decision")

    def decision_difference(self, split: str) -> FigureDifference | None:
        """How much more often they are right than those of float32 TFLite."""
        found = self.differences.get(split, ())
        same = (d for d in found if (d.stage, d.figure) == ("decision", ACCURACY))
        return next(same, None)

    def verdicts(self, split: str) -> tuple[int, int, int] | None:
        """How many of its figures held, were not judged, and are worse; None without any."""
        found = [d.verdict for d in self.differences.get(split, ())]
        if not found:
            return None
        return found.count("held"), found.count("not judged"), found.count("worse")


class InstancesRung(ReportedRung):
    """One form of the instance networks.

    Attributes:
        differences: AP at IoU 0.5 against float32 TFLite, by split; empty for that itself.
        networks: Number formats of its networks; None where it was refused before they were known.
    """

    differences: dict[str, tuple[ApDifference, ...]]
    networks: NetworkFormats | None

    @property
    def heads_in_float(self) -> list[str] | None:
        """Heads that stay in float in a form that is not float; None where there is none such."""
        if self.networks is None or self.precision == "float32":
            return None
        heads = {"box head": self.networks.box_head, "mask head": self.networks.mask_head}
        return [name for name, precision in heads.items() if precision == "float32"]


class ReportedInstances(ReportPart):
    """The instance networks.

    Attributes:
        windows: Width and height in pixels of each window.
        rungs: Every form that was wanted.
    """

    windows: tuple[tuple[int, int], ...]
    rungs: tuple[InstancesRung, ...]


class ReportData(ReportPart):
    """Everything that ``report.json`` states.

    Attributes:
        format: Version of ``report.json``.
        name: Of the bundle.
        description: What it is for.
        simulated: Whether its data is simulated.
        created: When it was made, ISO 8601 in UTC.
        tools: Versions of what its bytes and figures depend on.
        machine: That exported; None where times are left out.
        split: That figures are of where nothing else is said.
        data: What all was trained, chosen and judged on.
        margins: By how much int8 may be worse than float.
        bounds: How bounds of differences are taken.
        float_within: How far a float form's score may lie from Keras's.
        rungs: Every form of gate and classifier that was wanted.
        calibration: What int8's ranges were set by, by stage.
        layers: What quantizing costs at each layer of int8 TFLite, by stage.
        remedies: What was tried against what int8 loses.
        temperatures: Of the networks, by stage.
        thresholds: Of gate and decision.
        units: What an item is.
        evaluation: What ``millsight evaluate`` would print, by precision and unit; see
            ``train.evaluate.evaluation``.
        instances: The instance networks; None where there are none.
        holdout_openings: Every time that the holdout was judged.
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
        """The form of gate and classifier of that name, ``tflite int8``."""
        return next(rung for rung in self.rungs if rung.name == name)

    @property
    def timed(self) -> bool:
        """Whether times were taken, and stand in the report."""
        return any(rung.latency for rung in self.rungs)

    def evaluated(self, precision: str, unit: Unit) -> EvaluationBlock:
        """The evaluation of one precision by one unit, typed."""
        return EvaluationBlock.model_validate(self.evaluation[precision][unit])

    def untimed(self) -> ReportData:
        """The same without what depends on how busy the machine was."""
        instances = self.instances and self.instances.model_copy(
            update={"rungs": _untimed(self.instances.rungs)}
        )
        return self.model_copy(
            update={"rungs": _untimed(self.rungs), "instances": instances, "machine": None}
        )


def _untimed(rungs: tuple[ReportedRung, ...]) -> tuple[ReportedRung, ...]:
    return tuple(rung.model_copy(update={"latency": {}}) for rung in rungs)
