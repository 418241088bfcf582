"""Whether this device holds the line's speed, out of a measured run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edge.core.inspection import Inspection, Level
from edge.core.latency_histogram import Latencies
from edge.doctor.finding import DeviceFinding, Severity

if TYPE_CHECKING:
    from edge.line.loop import Line

CHECK = "speed"
_WHOLE = 0.99
"""Share of frames that must be inspected in full; the last of a run are given up when it ends."""
_TIGHT = 0.2
"""Below this headroom another program, or a warm day, is enough to lose frames."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of a run.

    Attributes:
        speed_m_s: Speed of the strip.
        period_ms: Time that a frame has.
        p99_ms: Time that 99 of 100 verdicts did not exceed; None where there was none.
        frames: Frames taken.
        judged: Those that had a verdict when their turn came.
        full: Those that were inspected in full.
    """

    speed_m_s: float
    period_ms: float
    p99_ms: float | None
    frames: int
    judged: int
    full: int


class Measurement:
    """Measures a line once it has warmed up: a line runs for months, and starts once.

    Args:
        line: About to run; ``watch`` is told of each verdict.
        warm_up: Frames that are not counted.
    """

    def __init__(self, line: Line, warm_up: int) -> None:
        self._line = line
        self._warm_up = warm_up
        self._full_before = 0
        self._latencies = Latencies()
        self._seen = 0
        self._judged = 0

    def watch(self, inspection: Inspection, latency_ms: float | None) -> None:
        """Take one verdict."""
        if self._seen == self._warm_up:
            self._full_before = self._line.state.figures.coverage.frames[Level.FULL]
        self._seen += 1
        if self._seen > self._warm_up and latency_ms is not None:
            self._latencies.add(latency_ms)
            self._judged += 1

    def result(self) -> Measured:
        """What was measured, when the line has ended."""
        frames = max(0, self._seen - self._warm_up)
        full = self._line.state.figures.coverage.frames[Level.FULL] - self._full_before
        return Measured(
            self._line.config.speed_m_s,
            self._line.state.deadline_s * 1e3,
            self._latencies.percentile(99),
            frames,
            self._judged,
            min(full, frames),
        )


def speed(run: Measured) -> DeviceFinding:
    """The verdict on a run of the simulated line.

    Headroom is the part of a frame's time that 99 of 100 verdicts leave.
    """
    headroom = None if run.p99_ms is None else 1 - run.p99_ms / run.period_ms
    judged, full = (count / max(run.frames, 1) for count in (run.judged, run.full))
    holds = headroom is not None and headroom >= 0 and run.judged == run.frames
    figures = {
        "speed_m_s": run.speed_m_s,
        "holds": holds,
        "headroom_percent": None if headroom is None else round(100 * headroom, 1),
        "frames": run.frames,
        "period_ms": round(run.period_ms, 3),
        "verdict_p99_ms": None if run.p99_ms is None else round(run.p99_ms, 3),
        "judged_share": round(judged, 4),
        "full_share": round(full, 4),
    }
    took = (
        "no frame had a verdict in time"
        if run.p99_ms is None
        else f"99 of 100 verdicts take up to {run.p99_ms:.1f} of the {run.period_ms:.1f} ms that a "
        f"frame has; {judged:.1%} of {run.frames} frames had one at "
        f"their turn, {full:.1%} were inspected in full"
    )
    if headroom is None or not holds:
        what = f"NO, this device does not hold {run.speed_m_s:g} m/s: {took}"
        hint = (
            "Stop other programs, try another --engine or --threads, or see what it does hold: "
            f"millsight doctor --speed {run.speed_m_s / 2:g}"
        )
        return DeviceFinding(CHECK, Severity.FAIL, what, hint, figures)
    what = f"YES, this device holds {run.speed_m_s:g} m/s with {headroom:.0%} headroom: {took}"
    if full < _WHOLE:
        hint = "Verdicts come in time, classes or outlines do not: give the line a faster device"
        return DeviceFinding(CHECK, Severity.WARN, what, hint, figures)
    if headroom < _TIGHT:
        hint = "Little is left for a warm day: stop other programs, or take a faster device"
        return DeviceFinding(CHECK, Severity.WARN, what, hint, figures)
    return DeviceFinding(CHECK, Severity.OK, what, figures=figures)
