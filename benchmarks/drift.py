"""Measures how often a bundle's drift monitor fires, without drift and under each condition.

    python -m benchmarks.drift BUNDLE --data ../shared/data/cr7 --split holdout

The split's frames pass many times in random order, near-duplicates in succession. A window is
judged at every half window. The table has the shares of windows at or above the watch limit and the
alarm limit, for grey levels, for gate scores, and for either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
from numpy.typing import NDArray

from benchmarks.conditions import CONDITIONS, Condition, under
from edge.cli.options import open_bundle
from edge.install.trust import Device
from edge.vision.cascade import Cascade
from edge.vision.drift_monitor import DriftMonitor, Quantity
from edge.vision.preprocess import network_input
from edge.vision.psi import Floats
from train.augment.conditions import with_strip_edge
from train.data import open_data
from train.data.progress import track
from train.data.sample import Sample

_HEAD = (
    "| condition | PSI of grey levels | watch | alarm | PSI of gate scores | watch | alarm "
    "| either: watch | alarm |\n|---|---|---|---|---|---|---|---|---|"
)

MORE = (
    Condition("clean", lambda p, _: p),
    Condition(
        "black band, a fifth of the width", lambda p, _: with_strip_edge(p, p.shape[1] // 5, "left")
    ),
    Condition("lamp out", lambda p, _: p // 8),
)


class Watched(NamedTuple):
    """One quantity over windows: its index [windows], and whether it reaches each limit."""

    psi: Floats
    watch: NDArray[np.bool_]
    alarm: NDArray[np.bool_]


@click.command()
@click.argument("bundle", required=False)
@click.option("--data", "folder", required=True, type=click.Path(path_type=Path))
@click.option("--splits", type=click.Path(path_type=Path))
@click.option("--split", default="holdout", show_default=True)
@click.option("--passes", default=40, show_default=True, help="Number of random orders.")
@click.option("--limit", type=click.IntRange(min=1), help="Most frames to use.")
def drift(
    bundle: str | None,
    folder: Path,
    splits: Path | None,
    split: str,
    passes: int,
    limit: int | None,
) -> None:
    """Print the table of BUNDLE (default: the shipped one) on a split of a data set."""
    loaded = open_bundle(bundle, Device(allow_unsigned=True))
    cascade = Cascade.from_bundle(loaded)
    monitor = DriftMonitor(loaded.manifest.drift)
    samples = open_data(folder, splits=splits).of(split)[:limit]
    windows = [
        window
        for seed in range(passes)
        for window in windows_of(order_by_group(samples, seed), monitor.window)
    ]
    click.echo(
        f"{len(samples)} frames of {split}, {len(windows)} windows of "
        f"{min(monitor.window, len(samples))}\n\n{_HEAD}"
    )
    for condition in (*MORE[:1], *CONDITIONS, *MORE[1:]):
        changed = [under(sample, condition.change) for sample in samples]
        frames = [
            _shares(monitor, cascade, sample)
            for sample in track(changed, condition.name, len(changed))
        ]
        grey, scores = (np.array(shares) for shares in zip(*frames, strict=True))
        click.echo(
            _row(
                condition.name,
                watched(monitor.grey, grey, windows),
                watched(monitor.scores, scores, windows),
            )
        )


def order_by_group(samples: Sequence[Sample], seed: int) -> list[int]:
    """Indices of the samples: groups in random order, the samples of a group in succession."""
    groups: dict[str, list[int]] = defaultdict(list)
    for i, sample in enumerate(samples):
        groups[sample.group].append(i)
    names = sorted(groups)
    np.random.default_rng(seed).shuffle(names)
    return [i for name in names for i in groups[name]]


def windows_of(order: Sequence[int], window: int) -> Iterator[Sequence[int]]:
    """Windows that begin at every half window; all frames if they are fewer than a window."""
    for start in range(0, max(1, len(order) - window + 1), max(1, window // 2)):
        yield order[start : start + window]


def watched(quantity: Quantity, shares: Floats, windows: Sequence[Sequence[int]]) -> Watched:
    """Judge windows of frames' shares [frames, bins]."""
    psi = np.array([quantity.index.psi(shares[list(window)].mean(axis=0)) for window in windows])
    return Watched(psi, psi >= quantity.limits.watch, psi >= quantity.limits.alarm)


def _shares(monitor: DriftMonitor, cascade: Cascade, sample: Sample) -> tuple[Floats, Floats]:
    pixels = sample.read()
    scores = cascade.networks.gate.scores(network_input(pixels, cascade.networks.gate.geometry))
    return monitor.grey.index.shares(pixels), monitor.scores.index.shares(scores)


def _row(name: str, grey: Watched, scores: Watched) -> str:
    cells = [name]
    for psi, watch, alarm in (grey, scores):
        cells += [f"{np.median(psi):.2f}", f"{watch.mean():.1%}", f"{alarm.mean():.1%}"]
    for one, other in zip(grey[1:], scores[1:], strict=True):
        cells.append(f"{(one | other).mean():.1%}")
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    drift()
