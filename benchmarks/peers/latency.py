"""Times several models on the same frames in turns, as a Markdown table or JSON.

    python -m benchmarks.peers.latency --rounds 20 --block 10 \\
        --worker "ours=.venv/bin/python -m benchmarks.peers.ours BUNDLE --frames FRAMES" \\
        --worker "peer=benchmarks/peers/.venv/bin/python -m benchmarks.peers.yolo.worker MODEL \\
            --task detect --size 1600x256 --frames FRAMES"

All workers load first; then they process blocks of frames in turns, and the others sleep. *share*
is the median ratio of a worker's latency to that of the first worker, round by round, so that a
change of the machine's speed affects both.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any

import click
import numpy as np

from benchmarks.peers.timing import Timings, Worker, WorkerError, take_turns

PERCENTILES = (50, 90, 99)


def figures(timings: Mapping[str, Timings], block: int) -> dict[str, dict[str, Any]]:
    """For each worker: percentiles in ms, instances per frame, medians of stages, and its share.

    Args:
        timings: Timings of each worker, in blocks; shares are relative to the first worker.
        block: Frames in a block.
    """
    rounds = {name: _rounds(timed.ms, block) for name, timed in timings.items()}
    first = next(iter(rounds.values()))
    return {
        name: {
            "n": len(timed.ms),
            **{f"p{p}": float(np.percentile(timed.ms, p)) for p in PERCENTILES},
            "found_per_frame": float(np.mean(timed.found)),
            "stages": {stage: float(np.median(ms)) for stage, ms in timed.stages.items()},
            "share": float(np.median(rounds[name] / first)),
        }
        for name, timed in timings.items()
    }


def _rounds(ms: Sequence[float], block: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Median latency of each block."""
    return np.median(np.reshape(ms, (-1, block)), axis=1)


def as_markdown(table: Mapping[str, Mapping[str, Any]]) -> str:
    """The table, in milliseconds."""
    lines = ["| model | p50 | p90 | p99 | share | found a frame | stages, p50 |"]
    lines.append("|---|---|---|---|---|---|---|")
    for name, row in table.items():
        stages = ", ".join(f"{stage} {ms:.1f}" for stage, ms in row["stages"].items())
        cells = [*(f"{row[f'p{p}']:.1f}" for p in PERCENTILES), f"{row['share']:.2f}"]
        cells += [f"{row['found_per_frame']:.1f}", stages]
        lines.append(f"| {' | '.join([name, *cells])} |")
    return "\n".join(lines)


def _named(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, list[str]]:
    named = {}
    for each in given:
        name, separator, command = each.partition("=")
        if not (separator and command.strip()) or name in named:
            raise click.BadParameter("write NAME=COMMAND, each name once")
        named[name] = shlex.split(command)
    return named


@click.command()
@click.option("--worker", "commands", multiple=True, required=True, callback=_named)
@click.option("--rounds", default=20, show_default=True, type=click.IntRange(1))
@click.option("--block", default=10, show_default=True, type=click.IntRange(1))
@click.option("--format", "format_", type=click.Choice(["markdown", "json"]), default="markdown")
def main(commands: dict[str, list[str]], rounds: int, block: int, format_: str) -> None:
    """Time every --worker NAME=COMMAND."""
    try:
        with ExitStack() as stack:
            workers = [stack.enter_context(Worker(*each)) for each in commands.items()]
            table = figures(take_turns(workers, rounds, block), block)
    except WorkerError as error:
        raise click.ClickException(str(error)) from None
    click.echo(json.dumps(table) if format_ == "json" else as_markdown(table))


if __name__ == "__main__":
    main()
