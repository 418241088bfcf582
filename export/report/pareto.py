"""Accuracy of every form's verdicts against what it costs."""

from __future__ import annotations

from typing import NamedTuple

from export.report.report_data import CascadeRung, ReportData


class ParetoPoint(NamedTuple):
    """One form.

    Attributes:
        name: In words.
        format: Of its files.
        packed: Whether it is let through.
        cost: Its time or size.
        accuracy: Share of verdicts that are right.
        interval: The 95 % interval of that.
    """

    name: str
    format: str
    packed: bool
    cost: float
    accuracy: float
    interval: tuple[float, float]


def pareto_points(report: ReportData) -> list[ParetoPoint]:
    """Every form that was judged; the cost is its time, or its size in KiB where none was timed."""
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
    """Of all networks together, as a multiple of float32 TFLite's; 0 where nothing was timed.

    Each takes as long as that does times its ratio to it, which was taken side by side.
    """
    whole = sum(latency.p50 for latency in base.latency.values())
    mine = sum(base.latency[stage].p50 * latency.ratio for stage, latency in form.latency.items())
    return mine / whole if whole else 0.0
