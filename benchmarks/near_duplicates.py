"""How many of the known pairs of pictures that share surface ``data check`` finds.

    python -m benchmarks.near_duplicates ../shared/data/cr7
    python -m benchmarks.near_duplicates ../shared/data/magnetic_tile

Known pairs are those of ``overlaps.csv`` (file_a, file_b), where the data set has one, and else the
pairs of one group. A list may hold a part of the true pairs: a pair that it lacks may be true.
"""

from __future__ import annotations

import csv
import time
from itertools import combinations
from pathlib import Path

import click

from train.data import open_data
from train.data.duplicates.finder import find_near_duplicates
from train.data.progress import track
from train.data.sample import Sample

Pair = frozenset[str]
LISTED = "overlaps.csv"


def known_pairs(root: Path, samples: list[Sample]) -> set[Pair]:
    """Pairs of names that are known to share surface."""
    if (root / LISTED).is_file():
        with open(root / LISTED, newline="") as file:
            return {frozenset((row["file_a"], row["file_b"])) for row in csv.DictReader(file)}
    groups: dict[str, list[str]] = {}
    for sample in samples:
        groups.setdefault(sample.group, []).append(sample.name)
    return {frozenset(pair) for names in groups.values() for pair in combinations(names, 2)}


@click.command()
@click.argument("root", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(root: Path) -> None:
    """Print how many known pairs are found, how many others, and how long it took."""
    samples = list(open_data(root).samples)
    known = known_pairs(root, samples)
    wall, cpu = time.perf_counter(), time.process_time()
    pairs = find_near_duplicates(samples, track)
    found = {frozenset((samples[p.first].name, samples[p.second].name)) for p in pairs}
    click.echo(
        f"{root.name}: {len(samples):,} pictures, {len(found & known):,} of {len(known):,} known"
        f" pairs found ({len(found & known) / len(known):.1%}), {len(found - known):,} others;"
        f" {time.perf_counter() - wall:.0f} s, {time.process_time() - cpu:.0f} s of processor time"
    )


if __name__ == "__main__":
    main()
