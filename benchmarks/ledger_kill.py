"""Kills a ledger's writer at random moments and checks that no committed row is lost.

    python -m benchmarks.ledger_kill --kills 200

A child process writes frames, defects, gaps and messages as fast as possible, and prints the number
of the last frame after each commit. It is killed with SIGKILL at a random moment. Then the ledger
is opened and checked, and the next child continues it. A kill does not clear the system's cache;
``PRAGMA synchronous = FULL`` ensures that commits are on the disk, which the tests check.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from edge.core.coil_defect import CoilDefect, Piece
from edge.core.coverage import Gap
from edge.core.inspection import (
    Cause,
    Inspection,
    Level,
)
from edge.ledger.query import LedgerReader
from edge.ledger.sink import Ledger, RunFacts

FRAME_MM = 128.0
DEFECT_EVERY, GAP_EVERY, MESSAGE_EVERY = 7, 50, 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """The state of the ledger after a kill.

    Attributes:
        committed: Last frame that the writer reported as committed; -1 before any.
        found: Last frame in the ledger.
        late_s: Seconds between the last frame in the ledger and the kill.
        faults: Failed checks; empty if there are none.
    """

    committed: int
    found: int
    late_s: float
    faults: tuple[str, ...]


def write_for_ever(path: Path, every_s: float) -> None:
    """Write until killed; print the last frame after each commit."""
    ledger = Ledger(path, RunFacts("killed", "none", ""), every_s=every_s)
    commits, number = 0, 0
    while True:
        at, position = time.time(), number * FRAME_MM
        if number % GAP_EVERY == GAP_EVERY - 1:
            ledger.gap(Gap(position, FRAME_MM, Cause.DROPPED, 1, at))
        if number % DEFECT_EVERY == 0:
            pieces = tuple(Piece(number, "killed", (i, 0, 9, 9), None, 0.5) for i in range(3))
            sizes = {"length_mm": 9.0, "across_mm": 0.0, "width_mm": 9.0, "area_mm2": 81.0}
            ledger.defect(
                CoilDefect(
                    coil="",
                    number=number,
                    class_name="pit",
                    score=0.5,
                    along_mm=position,
                    first_frame=number,
                    last_frame=number,
                    pieces=pieces,
                    at=at,
                    **sizes,
                )
            )
        if number % MESSAGE_EVERY == 0:
            ledger.outbox.put("killed", str(number).encode())
        if number % GAP_EVERY != GAP_EVERY - 1:
            place = {"position_mm": position, "length_mm": FRAME_MM, "at": at}
            ledger.write(Inspection("killed", number, Level.FULL, **place), None)
        if ledger.commits != commits:
            commits = ledger.commits
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()
        number += 1


def kill_once(path: Path, after_s: float, every_s: float) -> Outcome:
    """Let a child write, kill it ``after_s`` seconds after its first commit, check the ledger."""
    words = [sys.executable, "-m", "benchmarks.ledger_kill", "--child", str(path)]
    with subprocess.Popen(
        [*words, "--every", str(every_s)], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        output = child.stdout.readline()
        time.sleep(after_s)
        child.kill()
        killed_at = time.time()
        output += child.stdout.read()
    # A number without a line break was cut off and does not count.
    committed = [int(line) for line in output.split("\n")[:-1]]
    return _outcome(path, committed[-1] if committed else -1, killed_at)


def _outcome(path: Path, committed: int, killed_at: float) -> Outcome:
    with LedgerReader(path) as reader:
        run = reader.scalar("SELECT max(run) FROM runs")
        found = reader.scalar(f"SELECT max(last_frame) FROM stretches WHERE run = {run}")
        ended = reader.scalar(f"SELECT max(ended) FROM stretches WHERE run = {run}")
        checks = {
            "integrity_check": reader.scalar("PRAGMA integrity_check") == "ok",
            "nothing committed is lost": found is not None and found >= committed,
            **dict(_sums(reader, run, found or 0)),
        }
    return Outcome(
        committed,
        found or -1,
        killed_at - (ended or 0.0),
        tuple(name for name, holds in checks.items() if not holds),
    )


def _sums(reader: LedgerReader, run: int, found: int) -> Iterator[tuple[str, bool]]:
    """Check that the rows of a run are consistent up to the last frame found."""
    passed = reader.scalar(f"SELECT sum(length_mm) FROM stretches WHERE run = {run}")
    # A gap after the last frame may have come with the same commit.
    frames = passed / FRAME_MM
    yield "every millimetre up to the last frame", frames in {found + 1, found + 2}
    defects = reader.scalar(f"SELECT count(*) FROM defects WHERE run = {run} AND n > 0")
    yield "every defect up to the last frame", defects - found // DEFECT_EVERY in {1, 2}
    whole = reader.scalar(
        f"SELECT count(*) FROM (SELECT 1 FROM pieces WHERE run = {run} "
        "GROUP BY defect HAVING count(*) = 3)"
    )
    yield "every defect with all its pieces", whole == defects
    before = reader.scalar(f"SELECT count(*) FROM runs WHERE run < {run} AND NOT cut_off")
    yield "every run before was marked as cut off", before == 0
    sent = reader.scalar(
        f"SELECT count(*) FROM outbox WHERE created >= (SELECT began FROM runs WHERE run = {run})"
    )
    yield "every message up to the last frame", sent - found // MESSAGE_EVERY in {1, 2}


def kill_often(path: Path, kills: int, every_s: float, seed: int = 0) -> Iterator[Outcome]:
    """Kill one writer after another on one ledger."""
    rng = random.Random(seed)
    for _ in range(kills):
        yield kill_once(path, rng.uniform(0.0, 3 * every_s), every_s)


@click.command()
@click.option("--kills", type=click.IntRange(min=1), default=200, show_default=True)
@click.option(
    "--every",
    "every_s",
    type=float,
    default=0.1,
    show_default=True,
    help="Time between commits (s).",
)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--child", type=click.Path(path_type=Path), hidden=True)
def main(kills: int, every_s: float, seed: int, child: Path | None) -> None:
    """Kill writers of a ledger and count what was lost."""
    if child is not None:
        write_for_ever(child, every_s)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite"
        outcomes = list(kill_often(path, kills, every_s, seed))
        size = path.stat().st_size
    bad = [outcome for outcome in outcomes if outcome.faults]
    for outcome in bad:
        click.echo(f"{outcome}", err=True)
    figures = {
        "kills": len(outcomes),
        "every_s": every_s,
        "at_fault": len(bad),
        "frames_committed": sum(outcome.committed + 1 for outcome in outcomes),
        "longest_loss_s": round(max(outcome.late_s for outcome in outcomes), 3),
        "ledger_bytes": size,
    }
    click.echo(json.dumps(figures))
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
