"""The page that ``millsight bundle show`` prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.console import RenderableType
from rich.table import Table

from edge.bundle import Bundle
from edge.bundle.drift_reference import Drift
from edge.bundle.manifest import Manifest
from edge.bundle.manifest_parts import (
    PRECISIONS,
    FigureDifference,
    GateReport,
    Precision,
    StageFigures,
)
from edge.bundle.stages import Stage
from edge.cli.console import as_markup
from edge.cli.instance_tables import instance_tables
from edge.cli.promise_tables import calibration_table, promises_table
from edge.cli.table_style import PageTable, forms_cell, page_table


def bundle_page(bundle: Bundle, standing: str, tuning: str) -> Iterator[RenderableType]:
    """Everything that a person asks of a bundle, from top to bottom.

    Args:
        bundle: The bundle.
        standing: Whether this device trusts it, and why.
        tuning: How this device runs it, and why.
    """
    manifest = bundle.manifest
    trained = (
        "[bold yellow]SIMULATED: trained and judged on drawn strip, not on real steel[/]"
        if manifest.simulated
        else "trained and judged on real frames"
    )
    yield f"[bold]{as_markup(manifest.name)}[/]: {as_markup(manifest.description)}"
    yield trained
    yield _facts(bundle, standing, tuning)
    yield _stages(manifest)
    yield from instance_tables(manifest)
    yield _thresholds(manifest)
    yield promises_table(manifest)
    yield calibration_table(manifest)
    yield _figures(manifest)


def _facts(bundle: Bundle, standing: str, tuning: str) -> Table:
    manifest, data = bundle.manifest, bundle.manifest.data
    ordered = sorted(data.splits.items(), key=lambda split: -split[1])
    splits = ", ".join(f"{n:,} {name}" for name, n in ordered)
    table = PageTable.grid(padding=(0, 2))
    for name, value in (
        ("file", str(bundle.path or "in memory")),
        ("SHA-256", bundle.digest),
        ("trust", standing),
        ("tuned", tuning),
        ("created", manifest.created),
        ("classes", ", ".join(manifest.classes)),
        ("frames", f"{manifest.frame} px"),
        ("data", f"{data.name} ({splits} items)"),
        ("source", data.source),
        ("terms", data.terms),
        ("data digest", data.digest),
        ("split digest", data.split_digest),
        (
            "holdout opened",
            [f"{o.when} by {o.by}" for o in manifest.holdout_openings] or "never",
        ),
        ("drift", _drift(manifest.drift)),
        ("golden frames", str(len(manifest.golden))),
        ("made with", ", ".join(f"{tool} {v}" for tool, v in manifest.tools.items())),
    ):
        lines = value if isinstance(value, list) else [value]
        table.add_row(f"[dim]{name}[/]", "\n".join(map(as_markup, lines)))
    return table


def _drift(drift: Drift) -> str:
    grey, scores = drift.grey, drift.scores
    return (
        f"over {drift.window} frames, watch and alarm from a PSI of {grey.limits.watch:.2f} and "
        f"{grey.limits.alarm:.2f} of grey levels ({grey.split}, {grey.n:,} frames), "
        f"{scores.limits.watch:.2f} and {scores.limits.alarm:.2f} of gate scores ({scores.split}, "
        f"{scores.n:,} regions)"
    )


def _stages(manifest: Manifest) -> Table:
    table = page_table("Networks", ("stage", "network", "outputs", "region", "input"), ("files",))
    stages = {"gate": manifest.stages.gate, "classifier": manifest.stages.classifier}
    for name, stage in stages.items():
        if stage is not None:
            table.add_row(name, *_stage_cells(stage, manifest))
    return table


def _stage_cells(stage: Stage, manifest: Manifest) -> tuple[str, ...]:
    region, size = stage.geometry.region, stage.geometry.input
    return (
        as_markup(stage.network),
        as_markup(f"{', '.join(stage.outputs)} ({stage.activation})"),
        f"{region[0]}×{region[1]}" if region else "whole frame",
        f"{size[0]}×{size[1]}",
        forms_cell(stage.models, manifest),
    )


def _thresholds(manifest: Manifest) -> Table:
    gate, decision = manifest.thresholds.gate, manifest.thresholds.decision
    promise = (
        f"misses at most {gate.alpha:.1%} of defective units, with confidence {1 - gate.delta:.0%}"
        if gate.alpha is not None
        else "promises no rate"
    )
    table = page_table("Thresholds", ("threshold", "value", "how it was chosen"), ())
    table.add_row(
        "gate",
        f"{gate.value:.4f}",
        as_markup(
            f"{promise}; recall {gate.achieved_recall:.1%} on {gate.split}, n = {gate.n} "
            f"({gate.unit}); {gate.method}"
        ),
    )
    table.add_row(
        "decision",
        f"{decision.value:.4f}",
        as_markup(f"{decision.method}; on {decision.split}, n = {decision.n} {decision.unit}s"),
    )
    return table


def _figures(manifest: Manifest) -> Table:
    report = manifest.gate_report
    kind = "SIMULATED" if manifest.simulated else "real"
    table = page_table(
        f"Figures on the {as_markup(report.split)} ({kind} data)",
        ("figure",),
        ("n", "float %", "int8 %", "points", "at worst", "95 % of int8"),
    )
    table.add_column("int8")
    table.caption = _margins(report)
    for stage in dict.fromkeys(d.stage for d in report.differences):
        table.add_row(f"[bold]{as_markup(stage)}[/]")
        forms = manifest.metrics.get(stage, {})
        int8 = forms.get("int8")
        area: FigureDifference | None = None
        for d in (d for d in report.differences if d.stage == stage):
            if d.figure == "AUROC":
                area = d
                continue
            interval = int8.accuracy_interval if int8 and d.figure == "accuracy" else None
            table.add_row(
                f"  {as_markup(d.figure)}",
                f"{d.n:,} {d.unit}s",
                _percent(d.float32),
                _percent(d.int8),
                "" if d.difference is None else f"{d.difference * 100:+.2f}",
                "" if d.lower is None else f"{d.lower * 100:+.2f}",
                f"{_percent(interval[0])}–{_percent(interval[1])}" if interval else "",
                d.verdict,
            )
        if int8:
            exact, small, moved, interval_shown = _area_cells(forms)
            lower = area.lower if area else None
            table.add_row(
                "  AUROC",
                f"{int8.n:,} {int8.unit}s",
                exact,
                small,
                moved,
                "" if lower is None else f"{lower:+.4f}",
                interval_shown,
                area.verdict if area else "",
            )
    return table


def _margins(report: GateReport) -> str:
    words = (
        f"margins at export: accuracy {report.accuracy_margin * 100:g}, recall "
        f"{report.recall_margin * 100:g} points"
    )
    if report.auroc_margin is not None:
        words += f", AUROC {report.auroc_margin:g}; at worst: with 95 % confidence it is above"
    if report.min_items is not None:
        words += f"; recalls where n is {report.min_items} or more"
    for rung in report.rungs or ():
        counts = f"{rung.held} held, {rung.not_judged} not judged"
        words += f"\n{rung.format} {rung.precision} against float: {counts}"
    return words


def _area_cells(forms: Mapping[Precision, StageFigures]) -> tuple[str, ...]:
    """AUROC in float and in int8, what it lost, and its interval in int8."""
    area = [forms[p].auroc if p in forms else None for p in PRECISIONS]
    exact, small = area
    interval = forms["int8"].auroc_interval
    return (
        *("" if a is None else f"{a:.4f}" for a in area),
        "" if exact is None or small is None else f"{small - exact:+.4f}",
        f"{interval[0]:.4f}–{interval[1]:.4f}" if interval else "",
    )


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share * 100:.2f}"
