"""What ``millsight run`` shows: a live table, or plain lines where there is no terminal."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Protocol

from rich.live import Live
from rich.text import Text

from edge.cli.console import SafeConsole, as_markup
from edge.cli.table_style import PageTable
from edge.core.events import Event, EventKind
from edge.core.inspection import (
    Cause,
    Defect,
    Inspection,
    Level,
)
from edge.core.package_logger import package_logger
from edge.core.stderr_log import logged_on_stderr, say
from edge.sinks.log import level_of

if TYPE_CHECKING:
    from edge.bundle import Bundle
    from edge.cli.simulated_truth import SimulatedTruth
    from edge.line.loop import Line

_LOG = package_logger(__name__)
_REFRESH_HZ = 4
_PLAIN_EVERY_S = 2.0
_PLAIN_GAP_S = 0.1
_LAST_DEFECTS = 6
_QUIET = {EventKind.COIL_BEGAN, EventKind.COIL_ENDED}
"""Events that are no trouble."""


class Display(Protocol):
    """Told of each verdict as it is made, and of events."""

    def show(self, inspection: Inspection, latency_ms: float | None) -> None: ...

    def hear(self, event: Event) -> None: ...


@contextmanager
def display(line: Line, bundle: Bundle, tally: SimulatedTruth | None = None) -> Iterator[Display]:
    """Show a line's work on stderr while the context lasts, and its result at the end."""
    console = SafeConsole(stderr=True)
    manifest = bundle.manifest
    trained_on = "SIMULATED strip" if manifest.simulated else manifest.data.source
    _say(
        console,
        f"bundle [bold]{as_markup(bundle.title)}[/], trained on {as_markup(trained_on)}, camera "
        f"[bold]{as_markup(line.camera.name)}[/], engine {line.judge.cascade.engine_name}. "
        "Ctrl-C stops.",
    )
    lines: _PlainLines | None = None
    try:
        if console.is_terminal:
            table = _LiveTable(line, console)
            with Live(
                get_renderable=table.render,
                console=console,
                refresh_per_second=_REFRESH_HZ,
                transient=True,
            ):
                yield table
        else:
            lines = _PlainLines(line, console)
            yield lines
    finally:
        if lines is not None:
            lines.close()
        _say(console, _result(line))
        if tally is not None:
            _say(console, str(tally))


def _verdict(inspection: Inspection) -> str:
    if inspection.cause is Cause.LATE:
        return "[yellow]late, deferred[/]"
    if inspection.level is Level.UNINSPECTED:
        return f"[yellow]not inspected: {inspection.cause}[/]"
    if not inspection.defective:
        return "[green]clean[/]"
    found: dict[str, list[Defect]] = {}
    for defect in sorted(inspection.defects, key=lambda defect: defect.label):
        found.setdefault(defect.label, []).append(defect)
    names = ", ".join(_named(label, defects) for label, defects in found.items())
    return f"[bold red]DEFECT {as_markup(names)}[/]"


def _named(label: str, defects: list[Defect]) -> str:
    """A class with how many it has and how long the longest is, where that was measured."""
    count = f" ×{len(defects)}" if len(defects) > 1 else ""
    lengths = [defect.length_mm for defect in defects if defect.length_mm is not None]
    return f"{label}{count}" + (f" {max(lengths):.1f} mm" if lengths else "")


class _LiveTable:
    """A table that is drawn anew a few times a second."""

    def __init__(self, line: Line, console: SafeConsole) -> None:
        self._line = line
        self._console = console
        self._last: tuple[Inspection, float | None] | None = None
        self._defects: list[tuple[Inspection, float | None]] = []

    def show(self, inspection: Inspection, latency_ms: float | None) -> None:
        self._last = inspection, latency_ms
        if inspection.defective or inspection.level is Level.UNINSPECTED:
            self._defects = [*self._defects[1 - _LAST_DEFECTS :], self._last]

    def hear(self, event: Event) -> None:
        _show(self._console, event)

    def render(self) -> PageTable:
        table = PageTable(title="millsight run", title_justify="left")
        for heading in ("frame", "position", "verdict", "score", "latency"):
            table.add_column(heading, justify="left" if heading == "verdict" else "right")
        for seen in self._defects:
            table.add_row(*self._row(*seen), style="dim")
        if self._last is not None:
            table.add_section()
            table.add_row(*self._row(*self._last))
        figures = self._line.state.figures
        p99 = figures.latencies.percentile(99)
        outlined_p99 = figures.instance_latencies.percentile(99)
        table.caption = (
            f"{_coverage(self._line, 'recorded')}   verdict p99 {p99 or 0:.1f} ms of "
            f"{self._line.state.deadline_s * 1e3:.1f} ms   missed {figures.deadline_misses}"
            + (f"   outlines p99 {outlined_p99:.1f} ms" if outlined_p99 else "")
            + (f"\n{as_markup(self._line.judge.drift)}" if self._line.judge.drift else "")
        )
        return table

    @staticmethod
    def _row(inspection: Inspection, latency_ms: float | None) -> tuple[str, ...]:
        return (
            str(inspection.frame),
            f"{inspection.position_mm / 1000:.2f} m",
            _verdict(inspection),
            "" if inspection.defect_score is None else f"{inspection.defect_score:.3f}",
            "" if latency_ms is None else f"{latency_ms:.1f} ms",
        )


class _PlainLines:
    """A line for a defect or an uninspected frame, and one now and then to show that it lives.

    Where they come thick and fast, some are counted in the next line instead.
    """

    def __init__(self, line: Line, console: SafeConsole) -> None:
        self._line = line
        self._console = console
        self._shown_at = -_PLAIN_EVERY_S
        self._unshown = 0

    def show(self, inspection: Inspection, latency_ms: float | None) -> None:
        now = time.monotonic()
        notable = inspection.defective or inspection.level is Level.UNINSPECTED
        if now < self._shown_at + (_PLAIN_GAP_S if notable else _PLAIN_EVERY_S):
            self._unshown += notable
            return
        self._shown_at = now
        took = "" if latency_ms is None else f"  {latency_ms:.1f} ms"
        detail = f", {as_markup(inspection.detail)}" if inspection.detail else ""
        more = f"  ({self._unshown} more before it not shown)" if self._unshown else ""
        self._unshown = 0
        self._console.print(
            f"frame {inspection.frame}  {inspection.position_mm / 1000:.2f} m  "
            f"{_verdict(inspection)}{detail}{took}{_so_far(self._line)}{more}",
            highlight=False,
            soft_wrap=True,
        )

    def hear(self, event: Event) -> None:
        _show(self._console, event)

    def close(self) -> None:
        """Own up to what was not shown."""
        if self._unshown:
            self._console.print(
                f"(defective or uninspected frames not shown: {self._unshown}; "
                "--jsonl keeps every frame)",
                highlight=False,
            )


def _say(console: SafeConsole, text: str) -> None:
    """Show and log a sentence of rich's markup."""
    print_ = partial(console.print, text, highlight=False, soft_wrap=True)
    say(_LOG, Text.from_markup(text).plain, print_)


def _show(console: SafeConsole, event: Event) -> None:
    """Show an event, unless the log on stderr does; it is there by way of a sink."""
    if logged_on_stderr(level_of(event.kind)):
        return
    style = "dim" if event.kind in _QUIET else "bold yellow"
    console.print(f"[{style}]{as_markup(event.text)}[/]", highlight=False, soft_wrap=True)


def _so_far(line: Line) -> str:
    """What is recorded: less than has passed, while frames wait for their outlines."""
    return f"  {_coverage(line, 'recorded')}" if line.state.figures.coverage.passed_mm else ""


def _coverage(line: Line, what: str) -> str:
    share = line.state.figures.coverage.share
    length_m = line.state.figures.coverage.passed_mm / 1000
    return (
        f"{length_m:.1f} m {what}, {share(Level.FULL):.1%} full"
        + (f", {share(Level.CLASSIFIED):.1%} not outlined" if share(Level.CLASSIFIED) else "")
        + (f", {share(Level.GATED):.1%} gated only" if share(Level.GATED) else "")
        + (
            f", [yellow]{share(Level.UNINSPECTED):.1%} NOT inspected[/]"
            if share(Level.UNINSPECTED)
            else ""
        )
    )


def _result(line: Line) -> str:
    figures = line.summary()
    latency = figures["latency_ms"]
    found = (
        ", ".join(f"{as_markup(name)}: {n}" for name, n in sorted(figures["defects"].items()))
        or "none"
    )
    timing = (
        f"verdict p50 {latency['p50']:.1f} ms, p99 {latency['p99']:.1f} ms, deadline "
        f"{figures['deadline_ms']:.1f} ms, missed {figures['deadline_misses']}"
        if latency["p50"] is not None
        else "no verdicts"
    )
    outlined = figures["instances_ms"]
    if outlined["p50"] is not None:
        timing += f"; outlines p50 {outlined['p50']:.1f} ms, p99 {outlined['p99']:.1f} ms"
    drift = f" The {as_markup(line.judge.drift)}." if line.judge.drift else ""
    causes = ", ".join(
        f"{cause} {mm / 1000:.1f} m" if mm >= 1000 else f"{cause} {mm:.0f} mm"
        for cause, mm in figures["uninspected_by_cause"].items()
    )
    covered = _coverage(line, "passed") + (f" ({causes})" if causes else "")
    return (
        f"{figures['frames']} frames, {covered}. Defects by class: {found} "
        f"in {figures['defective_frames']} frames. {timing}.{drift}"
    )
