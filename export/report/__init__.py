"""The report of an export, which proves the bundle: a page for people and JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from export.choose.instances_on_val import ChosenInstances
from export.choose.on_val import ChosenOnVal
from export.holdout.cascade import HoldoutResult
from export.report.page import report_page
from export.report.regressions import Regression, regressions
from export.report.report_blocks import ReportBlock
from export.report.report_json import report_figures
from export.settings import ExportSettings
from train.data.sample import DataSet

PAGE, FIGURES = "report.html", "report.json"
"""Names of the files, in the bundle and beside it."""


@dataclass(frozen=True, slots=True)
class Report:
    """The report's files by name, the page first.

    Attributes:
        whole: With latencies and pictures.
        packed: As they go into the bundle.
    """

    whole: Mapping[str, bytes]
    packed: Mapping[str, bytes]


def make_report(
    order: ExportSettings,
    chosen: ChosenOnVal,
    judged: HoldoutResult | None,
    outlines: ChosenInstances | None,
    data: DataSet,
) -> Report:
    """Everything that was found out.

    Latencies differ from run to run, and pictures may be another's: the bundle has them where the
    order says so.

    Args:
        order: What was asked for.
        chosen: On val.
        judged: On the holdout; None where it stayed closed.
        outlines: The instance networks; None where there are none.
        data: What all was trained on.

    Raises:
        ImageError: An image cannot be read any more.
    """
    figures = report_figures(order, chosen, judged, outlines, data)
    wrong = regressions(chosen, judged)
    whole = _files(figures, wrong)
    if order.timed and order.pictures:
        return Report(whole, whole)
    return Report(
        whole,
        _files(figures if order.timed else _untimed(figures), wrong if order.pictures else None),
    )


def _files(figures: dict[str, Any], wrong: Sequence[Regression] | None) -> dict[str, bytes]:
    text = json.dumps(figures, indent=1, ensure_ascii=False, sort_keys=True, allow_nan=False)
    page = report_page(ReportBlock.read(figures), wrong)
    return {PAGE: page.encode(), FIGURES: f"{text}\n".encode()}


def _untimed(figures: dict[str, Any]) -> dict[str, Any]:
    """The same without what depends on how busy the machine was."""

    def without(part: dict[str, Any]) -> dict[str, Any]:
        return {**part, "rungs": [{**rung, "latency": {}} for rung in part["rungs"]]}

    instances = figures["instances"] and without(figures["instances"])
    return {**without(figures), "instances": instances, "machine": None}
