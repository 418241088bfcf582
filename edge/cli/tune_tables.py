"""What ``millsight tune`` and ``millsight bundle show`` say of a plan."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table

from edge.bundle import Bundle
from edge.cli.console import as_markup
from edge.cli.table_style import page_table
from edge.install.trust import Device
from edge.tune.plan_store import TuningPlans
from edge.tune.tuning_plan import (
    Comparison,
    Timing,
    TuningPlan,
)
from edge.vision.models.load import StageName


def tune_page(plan: TuningPlan) -> Iterator[RenderableType]:
    """What was measured, what came of it, and on what."""
    for stage in dict.fromkeys(timing.stage for timing in plan.timings):
        yield _stage(plan, stage)
    if plan.note:
        yield as_markup(plan.note)
    for comparison in plan.comparisons:
        yield as_markup(_outcome(comparison))
    if plan.default is not None and not plan.comparisons:
        yield as_markup(f"The default, {plan.default}, is the fastest that agrees: it is kept.")
    for stage, way in plan.stages.items():
        yield f"[bold]{stage}[/]: {as_markup(str(way))}"
    machine = plan.machine
    engines = ", ".join(f"{name} {version}" for name, version in machine.engines.items())
    yield as_markup(
        f"{plan.bundle_name}, tuned {plan.tuned} on {machine.cpu}, {machine.cores} cores; {engines}"
    )


def tuning_of(bundle: Bundle, device: Device) -> str:
    """How this device runs a bundle, in a line."""
    plan, why = TuningPlans(device.state).find(bundle)
    if plan is None:
        return why or "not on this device: millsight tune"
    return f"for this device, {plan.tuned}: {plan}"


def _stage(plan: TuningPlan, stage: StageName) -> Table:
    table = page_table(
        f"{stage}, ms for a golden frame", ("engine", "precision"), ("threads", "p50", "p99", "n")
    )
    table.add_column("")
    timings = [timing for timing in plan.timings if timing.stage == stage]
    for timing in sorted(timings, key=lambda t: float("inf") if t.p50_ms is None else t.p50_ms):
        way = timing.way
        table.add_row(
            way.engine,
            way.precision,
            str(way.threads),
            *("" if ms is None else f"{ms:.2f}" for ms in (timing.p50_ms, timing.p99_ms)),
            str(timing.rounds or ""),
            as_markup(_remark(plan, timing)),
        )
    return table


def _remark(plan: TuningPlan, timing: Timing) -> str:
    if timing.fault:
        return f"refused: {timing.fault}"
    if timing.hopeless:
        return "given up early"
    return "in use" if plan.stages[timing.stage] == timing.way else ""


def _outcome(comparison: Comparison) -> str:
    low, high = comparison.ratio_interval
    figures = (
        f"{comparison.tuned_p50_ms:.2f} ms against {comparison.default_p50_ms:.2f} ms of the "
        f"default, × {comparison.ratio:.2f} (95 %: {low:.2f}–{high:.2f}, n = {comparison.rounds})"
    )
    verdict = "in use" if comparison.adopted else "not faster by more than noise, default kept"
    return f"{comparison.part}: {figures}: {verdict}"
