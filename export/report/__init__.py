"""The report of an export: an HTML page and JSON with the evidence behind the bundle."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from export.holdout.results import ExportResults
from export.report.collect import report_data
from export.report.page import report_page
from export.report.regressions import Regression, regressions
from export.report.report_data import ReportData

PAGE, FIGURES = "report.html", "report.json"
"""Names of the files, in the bundle and beside it."""


@dataclass(frozen=True, slots=True)
class Report:
    """The report's files by name, the page first.

    Attributes:
        whole: With latencies and pictures.
        packed: The version in the bundle.
    """

    whole: Mapping[str, bytes]
    packed: Mapping[str, bytes]


def make_report(results: ExportResults) -> Report:
    """The report of all results.

    Latencies differ between runs, and pictures may be under another's rights; the packed version
    has them only if the settings say so.

    Raises:
        ImageError: An image can no longer be read.
    """
    settings = results.settings
    report = report_data(results)
    wrong = regressions(results)
    whole = _files(report, wrong)
    if settings.timed and settings.pictures:
        return Report(whole, whole)
    return Report(
        whole,
        _files(
            report if settings.timed else report.untimed(), wrong if settings.pictures else None
        ),
    )


def _files(report: ReportData, wrong: Sequence[Regression] | None) -> dict[str, bytes]:
    plain = report.model_dump(mode="json")
    text = json.dumps(plain, indent=1, ensure_ascii=False, sort_keys=True, allow_nan=False)
    return {
        PAGE: report_page(report, wrong).encode(),
        FIGURES: f"{text}\n".encode(),
    }
