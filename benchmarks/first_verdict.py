"""Measures the time from the start of the program to its first verdict.

    python -m benchmarks.first_verdict [--starts N] [--bundle B]

Each start is a new process, like that of the service: ``millsight run`` on the simulated line until
the JSON line of the first frame, which comes after its verdict and any outlines. The time includes
the interpreter, the engine, the bundle's verification and the first frame itself. Except at the
first start, which is reported separately, files are in the system's cache.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time

import click
import numpy as np

from edge.bench.bench import machine

_RUN = [sys.executable, "-m", "edge", "run", "--frames", "1", "--jsonl", "-"]


def first_verdict_s(bundle: str | None) -> float:
    """Seconds from the start of a process to its first verdict.

    Raises:
        click.ClickException: It ended without one.
    """
    command = [*_RUN, *(["--bundle", bundle] if bundle else [])]
    began = time.monotonic()
    with (
        tempfile.TemporaryFile("w+") as messages,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=messages, text=True) as process,
    ):
        assert process.stdout is not None
        line = process.stdout.readline()
        spent = time.monotonic() - began
        process.wait()
        if not line:
            messages.seek(0)
            raise click.ClickException(f"no verdict came:\n{messages.read()}")
    return spent


@click.command(help=__doc__)
@click.option("--starts", default=11, show_default=True, type=click.IntRange(min=2))
@click.option("--bundle", help="A bundle's file or shipped name.")
def main(starts: int, bundle: str | None) -> None:
    first, *others = (first_verdict_s(bundle) for _ in range(starts))
    click.echo(
        f"{machine()}\nfirst start {first:.2f} s; of {len(others)} more, half within "
        f"{np.median(others):.2f} s, the longest {max(others):.2f} s"
    )


if __name__ == "__main__":
    main()
