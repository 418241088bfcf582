"""Soak test: runs the simulated line for minutes or hours and shows whether memory or latency grow.

    python -m benchmarks.soak [--minutes M | --frames N] [--speed V] [--bundle B] [--within MS]

It prints a row per minute with resident memory, threads, open files and the p99 of that minute's
verdicts, and at the end their change since warm-up, which is the first tenth of the run. Frames
have the bundle's smallest size unless --full is given, because leaks grow with the number of
frames.
"""

from __future__ import annotations

import math
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

from benchmarks.line_runs import MM_PER_PX, run_line
from edge.bench.bench import machine
from edge.cli.options import open_bundle
from edge.config.line import LineConfig
from edge.core.inspection import Inspection
from edge.core.latency_histogram import Latencies
from edge.core.time_budget import period_s
from edge.simulator.statistics import REAL_HEIGHT, REAL_WIDTH


@dataclass(frozen=True, slots=True)
class Reading:
    """The process's resources at one time.

    Attributes:
        frames: Number of verdicts so far.
        rss_mib: Resident memory in MiB.
        threads: Number of Python threads.
        files: Number of open file descriptors.
        p99_ms: p99 latency of the verdicts since the previous reading.
    """

    frames: int
    rss_mib: float
    threads: int
    files: int
    p99_ms: float


def rss_mib() -> float:
    """Resident memory of this process in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def drift(readings: list[Reading]) -> dict[str, float]:
    """Largest change of each quantity since the end of warm-up (the first tenth)."""
    settled = readings[max(1, len(readings) // 10) :] or readings[-1:]
    first = settled[0]
    return {
        "rss_mib": max(r.rss_mib for r in settled) - first.rss_mib,
        "threads": max(abs(r.threads - first.threads) for r in settled),
        "files": max(abs(r.files - first.files) for r in settled),
        "p99_ms": float(np.median([r.p99_ms for r in settled[len(settled) // 2 :]]))
        - float(np.median([r.p99_ms for r in settled[: max(1, len(settled) // 2)]])),
    }


class Watch:
    """Takes a reading every ``every_s`` seconds."""

    def __init__(self, every_s: float) -> None:
        self.readings: list[Reading] = []
        self._every_s = every_s
        self._due_at = time.monotonic() + every_s
        self._frames = 0
        self._latencies = Latencies()

    def __call__(self, inspection: Inspection, latency_ms: float | None) -> None:
        self._frames += 1
        if latency_ms is not None:
            self._latencies.add(latency_ms)
        if time.monotonic() >= self._due_at:
            self._due_at += self._every_s
            self.read()

    def read(self) -> None:
        """Take a reading and show it."""
        reading = Reading(
            self._frames,
            rss_mib(),
            threading.active_count(),
            len(os.listdir("/proc/self/fd")),  # noqa: PTH208 - Path would open it once more
            self._latencies.percentile(99) or 0.0,
        )
        self._latencies = Latencies()
        self.readings.append(reading)
        click.echo(
            f"{reading.frames:10,} frames  {reading.rss_mib:7.1f} MiB  {reading.threads} threads  "
            f"{reading.files} files  p99 {reading.p99_ms:.1f} ms"
        )


@click.command(help=__doc__)
@click.option("--bundle", "bundle_name", help="A bundle's file or shipped name.")
@click.option("--minutes", default=10.0, show_default=True, help="Length of the run.")
@click.option("--frames", type=int, help="Length of the run in frames instead.")
@click.option("--speed", default=5.0, show_default=True, help="Speed of the strip in m/s.")
@click.option("--defect-rate", default=0.05, show_default=True, help="Share of frames with any.")
@click.option("--every", default=60.0, show_default=True, help="Seconds between two readings.")
@click.option(
    "--within",
    default=1000.0,
    show_default=True,
    help="[line] instances_within_ms; the queue has room for as many frames as pass in it.",
)
@click.option("--full", is_flag=True, help="Frames of 1600×256.")
def main(
    bundle_name: str | None,
    minutes: float,
    frames: int | None,
    speed: float,
    defect_rate: float,
    every: float,
    within: float,
    full: bool,
) -> None:
    bundle = open_bundle(bundle_name)
    click.echo(f"{machine()}\nbundle {bundle.title}, {speed:g} m/s")
    watch = Watch(every)
    sizes = bundle.manifest.frame
    size = (REAL_WIDTH, REAL_HEIGHT) if full else (sizes.min_width, sizes.min_height)
    seconds, period = minutes * 60, period_s(size[1], MM_PER_PX, speed)
    if frames is not None:
        seconds = frames * period
    config = LineConfig(speed_m_s=speed, mm_per_px=MM_PER_PX, instances_within_ms=within)
    room = max(config.arrears_frames, math.ceil(within / 1e3 / period))
    config = config.model_copy(update={"arrears_frames": room})
    done = run_line(
        bundle,
        speed_m_s=speed,
        seconds=seconds,
        defect_rate=defect_rate,
        threads=1,
        size=size,
        watch=watch,
        config=config,
    )
    if not watch.readings:
        watch.read()
    levels = done.summary["levels"]
    moved = drift(watch.readings)
    click.echo(
        f"{done.summary['frames']:,} frames: {levels}; every mm accounted for: {done.adds_up}\n"
        f"since warm-up: memory {moved['rss_mib']:+.1f} MiB at its highest, threads "
        f"{moved['threads']:.0f}, files {moved['files']:.0f}, p99 of the second half "
        f"{moved['p99_ms']:+.2f} ms"
    )


if __name__ == "__main__":
    main()
