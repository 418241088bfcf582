"""Verdict accuracy of every form against its cost."""

from __future__ import annotations

from typing import NamedTuple

from export.report.report_data import CascadeRung, ReportData


class ParetoPoint(NamedTuple):
    """One form.

    Attributes:
        name: Name of the form.
        format: File format.
        packed: Whether it is packed.
        cost: Its time or size.
        accuracy: Accuracy of its verdicts.
        interval: 95 % interval of the accuracy.
    """

    name: str
    format: str
    packed: bool
    cost: float
    accuracy: float
    interval: tuple[float, float]


def pareto_points(report: ReportData) -> list[ParetoPoint]:
    """All evaluated forms; the cost is the time, or the size in KiB if none was timed."""
    base = report.form("tflite float32")
    found = []
    for form in report.rungs:
        decision = form.decision(report.split)
        cost = relative_time(form, base) if report.timed else form.kib
        if decision and cost:
            low, high = decision.accuracy_interval
            found.append(
                ParetoPoint(
                    form.name, form.format, form.packed, cost, decision.accuracy, (low, high)
                )
            )
    return found


def relative_time(form: CascadeRung, base: CascadeRung) -> float:
    """Time of all networks relative to float32 TFLite; 0 without timings.

    Each network's time is float32 TFLite's times the ratio measured side by side.
    """
    whole = sum(latency.p50 for latency in base.latency.values())
    mine = sum(base.latency[stage].p50 * latency.ratio for stage, latency in form.latency.items())
    return mine / whole if whole else 0.0
