"""Counts how spoiled inputs ended, and names each that ended in a fault."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable

import click

from train.data.progress import track

FAULT = "FAULT"
"""What the end of a mutant begins with that was neither taken nor refused."""

_SHOWN = 200
"""Characters of a fault that are printed: it may quote an input of megabytes."""


def tally(mutants: int, seed: int, fate_of: Callable[[int], str]) -> None:
    """Print how mutants 0 to ``mutants`` ended; exits with 1 if any ended in a fault."""
    ended: Counter[str] = Counter()
    for number in track(range(mutants), "spoiling", mutants):
        how = fate_of(number)[:_SHOWN]
        ended[how] += 1
        if how.startswith(FAULT):
            click.echo(f"seed {seed}, mutant {number}: {how}")
    click.echo(", ".join(f"{count:,} {how}" for how, count in ended.most_common()))
    if any(how.startswith(FAULT) for how in ended):
        sys.exit(1)
