"""Runs of the simulated line for the benchmarks, with the CPU time used."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from edge.bundle import Bundle
from edge.cameras.simulated import SimulatedCamera
from edge.coil.tracker import CoilTracker
from edge.config.line import LineConfig
from edge.core.frame import Frame
from edge.core.inspection import Inspection, Level
from edge.core.latency_histogram import Latencies
from edge.core.sink import Sink
from edge.core.time_budget import period_s
from edge.line.loop import Line
from edge.simulator.statistics import REAL_HEIGHT, REAL_WIDTH
from edge.vision.cascade import Cascade

MM_PER_PX = 0.5


class StageCounts(Sink):
    """Counts the frames that needed each stage, and those that got it.

    Attributes:
        needed: Frames that needed a stage: ``verdict``, ``classes``, ``outlines``.
        done: Frames that got it.
    """

    def __init__(self) -> None:
        self.needed: Counter[str] = Counter()
        self.done: Counter[str] = Counter()

    def write(self, inspection: Inspection, frame: Frame | None) -> None:
        level = inspection.level
        self._count("verdict", level is not Level.UNINSPECTED)
        if inspection.suspicious:
            self._count("classes", level is not Level.GATED)
        if inspection.defective and level is not Level.GATED:
            self._count("outlines", level is Level.FULL)

    def _count(self, stage: str, done: bool) -> None:
        self.needed[stage] += 1
        self.done[stage] += done

    @property
    def shares(self) -> dict[str, float]:
        """Share of the frames needing a stage that got it, by stage; 1 if none needed it."""
        stages = ("outlines", "classes", "verdict")
        return {s: self.done[s] / self.needed[s] if self.needed[s] else 1.0 for s in stages}


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the line.

    Attributes:
        speed_m_s: Speed of the strip.
        summary: ``Line.summary()``.
        shares: ``StageCounts.shares``.
        turn_p99_ms: 99th percentile of the verdicts that came at their turn; ``p99_ms`` also
            includes deferred verdicts.
        lines: Lines of a frame.
        overhead: CPU time without inference and the simulated camera's drawing, as a share of one
            core; None if inference ran in threads whose time cannot be separated.
    """

    speed_m_s: float
    summary: dict[str, Any]
    shares: dict[str, float]
    turn_p99_ms: float
    lines: int
    overhead: float | None

    @property
    def period_ms(self) -> float:
        """Milliseconds in which a frame passes."""
        return period_s(self.lines, MM_PER_PX, self.speed_m_s) * 1e3

    @property
    def p99_ms(self) -> float:
        """99th percentile of the verdicts' latency; infinite without a verdict."""
        p99 = self.summary["latency_ms"]["p99"]
        return float("inf") if p99 is None else float(p99)

    @property
    def adds_up(self) -> bool:
        """Whether the millimetres of all levels equal those of all frames, including lost ones."""
        coverage = self.summary["coverage"]
        frames = self.summary["frames"] + self.summary["gaps"]
        levels = sum(mm for level, mm in coverage.items() if level != "passed_mm")
        return abs(levels - frames * self.lines * MM_PER_PX) < 1.0

    @property
    def in_order(self) -> bool:
        """Whether outlines were skipped before classes, and classes before verdicts."""
        shares = list(self.shares.values())
        return shares == sorted(shares)

    @property
    def sustained(self) -> bool:
        """Whether every millimetre was inspected in full and the p99 is within a period."""
        coverage = self.summary["coverage"]
        return coverage["full"] == coverage["passed_mm"] and self.p99_ms <= self.period_ms


class _Clocked:
    """A cascade that sums its CPU time; its networks must run in the calling thread."""

    def __init__(self, cascade: Cascade) -> None:
        self._cascade = cascade
        self.cpu_s = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cascade, name)

    def inspect(self, *args: Any, **more: Any) -> Any:
        return self._timed(self._cascade.inspect, *args, **more)

    def classify(self, *args: Any, **more: Any) -> Any:
        return self._timed(self._cascade.classify, *args, **more)

    def outline(self, *args: Any, **more: Any) -> Any:
        return self._timed(self._cascade.outline, *args, **more)

    def _timed(self, work: Callable[..., Any], *args: Any, **more: Any) -> Any:
        began = time.thread_time()
        try:
            return work(*args, **more)
        finally:
            self.cpu_s += time.thread_time() - began


def run_line(
    bundle: Bundle,
    *,
    speed_m_s: float,
    seconds: float,
    defect_rate: float,
    threads: int,
    seed: int = 0,
    size: tuple[int, int] = (REAL_WIDTH, REAL_HEIGHT),
    watch: Callable[..., None] | None = None,
    config: LineConfig | None = None,
) -> Run:
    """Run the simulated line at a speed for some seconds, with frames of ``size`` (width, height).

    Without ``config`` the default configuration with this speed is used.
    """
    load = partial(Cascade.from_bundle, bundle)
    cascades = [_Clocked(load(threads=threads)), _Clocked(load(threads=1))]
    width, height = size
    camera = SimulatedCamera(
        speed_m_s=speed_m_s, defect_rate=defect_rate, seed=seed, width=width, height=height
    )
    counts = StageCounts()
    line = Line(
        camera,
        cascades[0],  # type: ignore[arg-type]
        config or LineConfig(speed_m_s=speed_m_s, mm_per_px=MM_PER_PX),
        background=lambda heed: cascades[1],  # type: ignore[arg-type,return-value]
        tracker=CoilTracker(mm_per_line=MM_PER_PX, mm_per_px_across=MM_PER_PX),
        sinks=[counts],
    )
    for cascade in cascades:
        cascade.warm_up()
    at_turn = Latencies()

    def see(inspection: Inspection, latency_ms: float | None) -> None:
        if latency_ms is not None:
            at_turn.add(latency_ms)
        if watch is not None:
            watch(inspection, latency_ms)

    frames = max(1, round(seconds / period_s(height, MM_PER_PX, speed_m_s)))
    wall, cpu = time.monotonic(), time.process_time()
    with camera:
        line.run(frames=frames, watch=see)
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    cpu -= sum(cascade.cpu_s for cascade in cascades) + camera.cpu_seconds
    overhead = cpu / wall if threads == 1 else None
    p99_ms = at_turn.percentile(99) or float("inf")
    return Run(speed_m_s, line.summary(), counts.shares, p99_ms, height, overhead)
