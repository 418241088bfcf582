"""Checks with a measured run whether this device is fast enough for the line."""

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
"""Required share of frames inspected in full; the last frames are skipped when the run ends."""
_TIGHT = 0.2
"""Headroom below which another program or a high temperature may cause lost frames."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The result of a run.

    Attributes:
        speed_m_s: Speed of the strip.
        period_ms: Time available for a frame.
        p99_ms: 99th percentile of verdict latencies; None without a verdict.
        frames: Number of frames.
        judged: Frames with a verdict at their turn.
        full: Frames inspected in full.
    """

    speed_m_s: float
    period_ms: float
    p99_ms: float | None
    frames: int
    judged: int
    full: int


class Measurement:
    """Measures a line after its warm-up, because a line runs for months after one start.

    Args:
        line: The line, before its run, which must call ``watch`` with each verdict.
        warm_up: Number of first frames that are not counted.
    """

    def __init__(self, line: Line, warm_up: int) -> None:
        self._line = line
        self._warm_up = warm_up
        self._full_before = 0
        self._latencies = Latencies()
        self._seen = 0
        self._judged = 0

    def watch(self, inspection: Inspection, latency_ms: float | None) -> None:
        """Count one verdict."""
        if self._seen == self._warm_up:
            self._full_before = self._line.state.figures.coverage.frames[Level.FULL]
        self._seen += 1
        if self._seen > self._warm_up and latency_ms is not None:
            self._latencies.add(latency_ms)
            self._judged += 1

    def result(self) -> Measured:
        """The result, after the line has ended."""
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
    """Judge a run of the simulated line.

    Headroom is the share of a frame's time that 99 of 100 verdicts leave unused.
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
        hint = "Verdicts come in time, but classes or outlines do not: use a faster device"
        return DeviceFinding(CHECK, Severity.WARN, what, hint, figures)
    if headroom < _TIGHT:
        hint = "The headroom is small: stop other programs, or use a faster device"
        return DeviceFinding(CHECK, Severity.WARN, what, hint, figures)
    return DeviceFinding(CHECK, Severity.OK, what, figures=figures)
