"""The gate's recall and pass rate at several thresholds, by tile and 1600×256 frame, as Markdown.

    python -m benchmarks.gate_rates BUNDLE --data DIR --split holdout --tile 200x128

A frame passes if any of its regions passes, so rates by tile and by frame differ. If the data has
no frames as wide as a line's, mosaics of its strips are used, half of them completely clean and
half with one defective strip (``benchmarks.bands``); every clean strip is in several mosaics. In
brackets are 95 % intervals, bootstrapped over groups. The deployed threshold comes first. The other
thresholds are set on these same items: they show what is possible and are not guaranteed.
"""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from benchmarks.bands import wide_frames
from edge.cli.options import SIZE, engine_options, open_bundle
from edge.install.trust import Device
from edge.vision.cascade import Cascade
from train.data import open_data
from train.data.tiles import Tile, judged_tiles, label_tiles
from train.evaluate.metrics import share_interval
from train.evaluate.scored import Scored
from train.evaluate.scoring import score
from train.evaluate.thresholds import recall_threshold

RECALLS = (0.95, 0.98, 0.99, 0.995)

HEAD = "| threshold | n defective | recall | n clean | clean passed on |\n|---|---|---|---|---|"


def table(scored: Scored, deployed: float) -> str:
    """The deployed threshold and those of ``RECALLS``, a row each."""
    gate = scored.gate[scored.defective]
    chosen = {f"deployed, {deployed:.4f}": deployed} | {
        f"for {recall:.1%} recall, {value:.4f}": value
        for recall in RECALLS
        for value in [recall_threshold(gate, recall)]
    }
    return "\n".join([HEAD, *(row(name, scored, value) for name, value in chosen.items())])


def row(name: str, scored: Scored, threshold: float) -> str:
    """Recall and clean pass rate at a threshold."""
    passed = scored.gate >= np.float32(threshold)
    cells = [name]
    for items in (scored.defective, ~scored.defective):
        cells += [f"{items.sum():,}", _rate(scored.groups[items], passed[items])]
    return f"| {' | '.join(cells)} |"


def _rate(groups: NDArray[np.str_], passed: NDArray[np.bool_]) -> str:
    interval = share_interval(groups, passed)
    if interval is None:
        return "–"
    return f"{100 * passed.mean():.2f} % ({100 * interval[0]:.1f}–{100 * interval[1]:.1f})"


@click.command()
@click.argument("bundle", default="cold-strip")
@click.option("--data", "folder", required=True, type=click.Path(path_type=Path))
@click.option("--split", default="holdout", show_default=True)
@click.option("--tile", type=SIZE, help="Also judge tiles of this size.")
@engine_options
def gate_rates(
    bundle: str,
    folder: Path,
    split: str,
    tile: tuple[int, int] | None,
    engine: str | None,
    precision: str,
    threads: int,
) -> None:
    """Print the tables of BUNDLE."""
    cascade = Cascade.from_bundle(
        open_bundle(bundle, Device(allow_unsigned=True)),
        engine=engine,
        precision=precision,
        threads=threads,
    )
    data = open_data(folder)
    kinds: dict[str, list[Tile]] = {}
    if tile:
        kinds[f"tiles of {tile[0]}×{tile[1]}"] = judged_tiles(data, split, tile)
    frames = wide_frames(data.of(split))
    kinds["frames of 1600×256"] = [t for sample in frames for t in label_tiles(sample, None)]
    for name, items in kinds.items():
        if items:
            scored = score(cascade, items, data.classes)
            click.echo(
                f"\n{name}, {split} of {data.name}\n\n{table(scored, cascade.gate_threshold)}"
            )


if __name__ == "__main__":
    gate_rates()
