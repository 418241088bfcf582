"""How long a device is blind after its start: from nothing to the first verdict.

    python -m benchmarks.first_verdict [--starts N] [--bundle B]

Each start is a new process, as the service's is: ``millsight run`` on the simulated line until the
first frame's line of JSON has come, which is after its verdict and, where it shows a defect, its
outlines. The interpreter, the engine, the bundle's proof and the first frame's own time are in it.
Files are in the system's cache but for the first start, which is shown apart.
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
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True) as process,
    ):
        assert process.stdout is not None
        line = process.stdout.readline()
        spent = time.monotonic() - began
        process.wait()
        if not line:
            said.seek(0)
            raise click.ClickException(f"no verdict came:\n{said.read()}")
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
