"""Measures the highest sustained speed, the behaviour at twice that speed, and the overhead.

    python -m benchmarks.line_speed [--bundle B] [--seconds S] [--defect-rate P]

A speed is sustained if, for the given seconds, every millimetre is inspected in full and 99 of 100
verdicts come within a period. It is found by bisection, with another strip in each run; the result
is confirmed by a run ten times as long. At twice that speed the line must skip outlines before
classes and classes before verdicts, keep the verdicts' p99 within three periods, and account for
every millimetre. Overhead is the CPU time without inference and the drawing of the strip. To
separate them the networks run in one thread each, as with ``millsight run`` on two cores. Run this
on an otherwise idle machine.
"""

from __future__ import annotations

from functools import partial

import click

from benchmarks.line_runs import Run, run_line
from edge.bench.bench import machine
from edge.cli.options import open_bundle

_SLOWEST, _FASTEST = 0.25, 64.0
"""Range of the search, in m/s."""

_STEP = 1.02
"""The search ends within 2 %."""

_LONGER = 10.0


def highest(run: partial[Run], *, show: bool = True) -> float | None:
    """The highest sustained speed in m/s, within 2 %; None if even the slowest is not sustained."""
    low, high = _SLOWEST, _FASTEST
    if not _sustained(run, low, show):
        return None
    # Double the speed first: a run far above the device's speed gives no information.
    while low * 2 <= high and _sustained(run, low * 2, show):
        low *= 2
    high = min(high, low * 2)
    while high / low > _STEP:
        middle = (low * high) ** 0.5
        if _sustained(run, middle, show):
            low = middle
        else:
            high = middle
    return low


def _sustained(run: partial[Run], speed_m_s: float, show: bool) -> bool:
    done = run(speed_m_s=speed_m_s, seed=round(speed_m_s * 1000))
    if show:
        click.echo(f"  {_row(done)}{'' if done.sustained else '   not sustained'}", err=True)
    return done.sustained


def _row(run: Run) -> str:
    levels = run.summary["levels"]
    shares = ", ".join(f"{n / run.summary['frames']:.1%} {level}" for level, n in levels.items())
    return f"{run.speed_m_s:6.2f} m/s  p99 {run.p99_ms:6.1f} of {run.period_ms:5.1f} ms  {shares}"


@click.command(help=__doc__)
@click.option("--bundle", "bundle_name", help="A bundle's file or shipped name.")
@click.option("--seconds", default=20.0, show_default=True, help="Length of each try.")
@click.option("--defect-rate", default=0.05, show_default=True, help="Share of frames with any.")
@click.option("--threads", default=1, show_default=True, help="Threads for each model.")
def main(bundle_name: str | None, seconds: float, defect_rate: float, threads: int) -> None:
    bundle = open_bundle(bundle_name)
    click.echo(f"{machine()}\nbundle {bundle.title}, defects in {defect_rate:.0%} of frames")
    run = partial(run_line, bundle, seconds=seconds, defect_rate=defect_rate, threads=threads)
    speed = highest(run)
    if speed is None:
        click.echo(f"This machine does not sustain {_SLOWEST} m/s.")
        return
    sustained = run(speed_m_s=speed, seconds=seconds * _LONGER)
    double = run(speed_m_s=2 * speed)
    alone = sustained if threads == 1 else run(speed_m_s=speed, threads=1)
    click.echo(
        f"highest sustained speed {speed:.2f} m/s (found in runs of {seconds:g} s)\n"
        f"for {seconds * _LONGER:g} s:   {_row(sustained)}   "
        f"{'sustained' if sustained.sustained else 'NOT sustained'}\n"
        f"at twice that: {_row(double)}\n"
        f"  share of needed stages done: {_done(double)}\n"
        f"  in the stated order: {_yes(double.in_order)}; every mm accounted for: "
        f"{_yes(double.adds_up and sustained.adds_up)}\n"
        f"  p99 within 3 periods: {_yes(double.p99_ms <= 3 * double.period_ms)}; of the verdicts "
        f"that came at their turn: {_yes(double.turn_p99_ms <= 3 * double.period_ms)} "
        f"({double.turn_p99_ms:.1f} ms)\n"
        f"overhead at {speed:.2f} m/s, one thread for each model: {alone.overhead:.1%} of a core"
    )


def _done(run: Run) -> str:
    return ", ".join(f"{stage} {share:.1%}" for stage, share in run.shares.items())


def _yes(held: bool) -> str:
    return "yes" if held else "NO"


if __name__ == "__main__":
    main()
