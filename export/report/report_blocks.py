"""The figures of ``export.report.report_json.report_figures`` with types, as the page reads them.

Keys that the page does not show are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from edge.bundle.manifest_parts import FigureDifference, StageFigures
from export.compare.instance_non_inferiority import ApDifference
from export.mitigate.base import RemedyResult
from export.score.input_checks import VAL
from export.score.latency import Latency
from export.score.layer_noise import LayerError
from export.score.stage_answers import ACCURACY
from train.evaluate.report.evaluation_blocks import EvaluationBlock, FiguresBlock


class FormBlock(FiguresBlock):
    """One form of some networks; mappings are by network."""

    format: str
    precision: str
    packed: bool
    refused: str | None
    bytes: Mapping[str, int]
    sha256: Mapping[str, str]
    parity: Mapping[str, float]
    end_to_end: float | None
    latency: Mapping[str, Latency]

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


class CascadeFormBlock(FormBlock):
    """One form of gate and classifier; mappings are by split, then by stage."""

    figures: Mapping[str, Mapping[str, StageFigures]]
    differences: Mapping[str, Sequence[FigureDifference]]

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


class HeadsBlock(FiguresBlock):
    """Number formats of the networks' heads."""

    box_head: str
    mask_head: str


class OutlinesFormBlock(FormBlock):
    """One form of the networks that outline defects."""

    differences: Mapping[str, Sequence[ApDifference]]
    networks: HeadsBlock | None

    @property
    def heads_in_float(self) -> list[str] | None:
        """Heads that stay in float in a form that is not float; None where there is none such."""
        if self.networks is None or self.precision == "float32":
            return None
        heads = {"box head": self.networks.box_head, "mask head": self.networks.mask_head}
        return [name for name, precision in heads.items() if precision == "float32"]


class OutlinesFormsBlock(FiguresBlock):
    """Every form of the networks that outline defects."""

    rungs: Sequence[OutlinesFormBlock]


class TrainedOnBlock(FiguresBlock):
    """The data that all was trained and judged on."""

    name: str
    source: str
    digest: str
    split_digest: str
    items: Mapping[str, int]
    chosen_on: int


class UnitsBlock(FiguresBlock):
    """What an item is, to the networks and to the decision: tile or frame."""

    networks: str
    decision: str


class BoundsBlock(FiguresBlock):
    """How bounds were found."""

    confidence: float
    resamples: int


class CalibratedBlock(FiguresBlock):
    """The regions that a network's number ranges were measured on."""

    split: str
    n: int
    how: str


class OpeningBlock(FiguresBlock):
    """One time that the holdout was opened."""

    by: str
    when: str


class MachineBlock(FiguresBlock):
    """The machine that took times."""

    architecture: str
    cores: int | None
    threads: int


class ReportBlock(FiguresBlock):
    """The whole report."""

    name: str
    description: str
    simulated: bool
    created: str
    tools: Mapping[str, str]
    machine: MachineBlock | None
    split: str
    data: TrainedOnBlock
    bounds: BoundsBlock
    float_within: float
    rungs: Sequence[CascadeFormBlock]
    calibration: Mapping[str, CalibratedBlock]
    layers: Mapping[str, Sequence[LayerError]]
    remedies: Sequence[RemedyResult]
    units: UnitsBlock
    evaluation: Mapping[str, Mapping[str, EvaluationBlock]]
    instances: OutlinesFormsBlock | None
    holdout_openings: Sequence[OpeningBlock]

    @classmethod
    def read(cls, figures: Mapping[str, Any]) -> Self:
        """The plain values of ``report_figures``, or of ``report.json``."""
        # Parts of the manifest are strict, and JSON's lists are no tuples.
        return cls.model_validate(figures, strict=False)

    def form(self, name: str) -> CascadeFormBlock:
        """The form of gate and classifier of that name, ``tflite int8``."""
        return next(form for form in self.rungs if form.name == name)

    @property
    def timed(self) -> bool:
        """Whether times were taken, and stand in the report."""
        return any(form.latency for form in self.rungs)
