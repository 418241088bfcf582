"""Robustness of a bundle: its accuracy on clean images and under each condition, as a table.

    python -m benchmarks.robustness BUNDLE --data ../shared/data/cr7 --split val --tile 200x128

The int8 models run in the deployed code, as with ``millsight evaluate``; the decoded image is
changed before it is cut into tiles. Accuracy is for defect or none at the decision threshold; class
accuracy is for the most likely class. A change is in points, compared with the same items
unchanged; its 95 % interval is bootstrapped over groups. Brightness ±20 % may cost one point of
accuracy, every other condition five. The black band is judged on whole frames: see
``benchmarks.bands``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from benchmarks.bands import shows_as_much, wide_frames
from benchmarks.conditions import CONDITIONS, under
from edge.cli.options import SIZE, open_bundle
from edge.core.frame import Pixels
from edge.install.trust import Device
from edge.vision.cascade import Cascade
from train.augment.conditions import Side, with_strip_edge
from train.data import open_data
from train.data.progress import track
from train.data.sample import Sample
from train.data.tiles import Tile, judged_tiles, label_tiles
from train.evaluate.metrics import auroc, difference_interval, share
from train.evaluate.scored import Scored
from train.evaluate.scoring import score

Judge = Callable[[Sequence[Tile], str], Scored]
"""Scores items, given the name of their condition."""

Interval = tuple[float, float]

BANDS: tuple[tuple[int, Side], ...] = ((200, "left"), (200, "right"), (300, "left"))
"""Columns and side; the last one ends in the middle of a region of 200 px."""

BAND_ALLOWED = 5.0
"""Points of accuracy that a band may cost."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table; values are None if there is nothing to compare or judge.

    Attributes:
        condition: Name of the condition.
        unit: Unit of the items: tiles or frames.
        n: Number of items.
        accuracy: Share judged correctly, defect or none.
        auroc: AUROC of the decision scores.
        class_accuracy: Share whose most likely class is correct.
        change: Change of the accuracy, in points.
        interval: 95 % interval of ``change``.
        class_change: Change of the class accuracy, in points.
        class_interval: 95 % interval of ``class_change``.
        allowed: Largest allowed loss of accuracy, in points.
        holds: Whether the loss is within ``allowed``.
    """

    condition: str
    unit: str
    n: int
    accuracy: float | None
    auroc: float | None
    class_accuracy: float | None
    change: float | None = None
    interval: Interval | None = None
    class_change: float | None = None
    class_interval: Interval | None = None
    allowed: float | None = None
    holds: bool | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Computes rows; ``threshold`` is the decision threshold, ``judge`` scores items."""

    threshold: float
    judge: Judge

    def by_condition(self, tiles: Sequence[Tile], unit: str) -> list[Row]:
        """Rows for clean images and each of ``CONDITIONS``; images are changed before cutting."""
        clean = self.judge(tiles, "clean")
        rows = [self._row("clean", unit, clean)]
        for condition in CONDITIONS:
            changed = [
                Tile(under(t.sample, condition.change), t.box, t.classes, t.ambiguous, t.place)
                for t in tiles
            ]
            after = self.judge(changed, condition.name)
            rows.append(self._compared(condition.name, unit, clean, after, condition.allowed))
        return rows

    def by_band(self, frames: Sequence[Sample]) -> list[Row]:
        """Rows for clean whole frames and each of ``BANDS``; see ``benchmarks.bands``."""
        clean = self.judge(_whole(frames), "clean frames")
        rows = [self._row("clean", "frames", clean)]
        for px, side in BANDS:
            name = f"black band, {px} px from the {side}"
            kept = np.array([shows_as_much(frame, px, side) for frame in frames])
            change = partial(_banded, px=px, side=side)
            after = self.judge(
                _whole([under(f, change) for f, keep in zip(frames, kept, strict=True) if keep]),
                name,
            )
            rows.append(self._compared(name, "frames", clean.take(kept), after, BAND_ALLOWED))
        return rows

    def _right(self, scored: Scored) -> NDArray[np.bool_]:
        return (scored.decision >= np.float32(self.threshold)) == scored.defective

    def _row(self, name: str, unit: str, scored: Scored) -> Row:
        right = self._right(scored)
        of_class = None if scored.right is None else share(scored.right)
        area = auroc(scored.defective, scored.decision)
        return Row(name, unit, len(scored), share(right), area, of_class)

    def _compared(self, name: str, unit: str, before: Scored, after: Scored, allowed: float) -> Row:
        change, interval = _points(after.groups, self._right(after), self._right(before))
        class_change = class_interval = None
        if after.right is not None and before.right is not None:
            class_change, class_interval = _points(after.groups, after.right, before.right)
        return Row(
            **asdict(self._row(name, unit, after))
            | {
                "change": change,
                "interval": interval,
                "class_change": class_change,
                "class_interval": class_interval,
                "allowed": allowed,
                "holds": None if change is None else change >= -allowed - 1e-9,
            }
        )


def _whole(frames: Iterable[Sample]) -> list[Tile]:
    return [tile for frame in frames for tile in label_tiles(frame, None)]


def _banded(pixels: Pixels, _: np.random.Generator, *, px: int, side: Side) -> Pixels:
    return with_strip_edge(pixels, px, side)


def _points(
    groups: NDArray[np.str_], after: NDArray[np.bool_], before: NDArray[np.bool_]
) -> tuple[float | None, Interval | None]:
    """Change of a share in points, with its interval."""
    interval = difference_interval(groups, after, before)
    if interval is None:
        return None, None
    change = 100 * float(after.mean() - before.mean())
    return change, (100 * interval[0], 100 * interval[1])


@click.command()
@click.argument("bundle")
@click.option("--data", "folder", required=True, type=click.Path(path_type=Path))
@click.option("--split", default="val", show_default=True)
@click.option("--splits", "split_file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--tile", type=SIZE, help="Judge tiles of this size; the band always on frames.")
@click.option("--format", "format_", type=click.Choice(["markdown", "json"]), default="markdown")
def robustness(
    bundle: str,
    folder: Path,
    split: str,
    split_file: Path | None,
    tile: tuple[int, int] | None,
    format_: str,
) -> None:
    """Print the loss of accuracy of BUNDLE under each condition on a split of DIR."""
    loaded = open_bundle(bundle, Device(allow_unsigned=True))
    cascade = Cascade.from_bundle(loaded)
    data = open_data(folder, splits=split_file)

    def judge(items: Sequence[Tile], name: str) -> Scored:
        return score(cascade, track(items, name, len(items)), data.classes)

    table = Table(loaded.manifest.thresholds.decision.value, judge)
    rows = table.by_condition(judged_tiles(data, split, tile), "tiles" if tile else "frames")
    if frames := wide_frames(data.of(split)):
        rows += table.by_band(frames)
    else:
        click.echo(f"No black band: {data.name} has no wide frames or mosaics", err=True)
    if format_ == "json":
        about = {"bundle": loaded.manifest.name, "data": data.name, "split": split}
        click.echo(json.dumps(about | {"rows": [asdict(row) for row in rows]}))
    else:
        click.echo(as_markdown(rows))


def as_markdown(rows: Sequence[Row]) -> str:
    """The table, changes in points with their intervals in brackets."""
    lines = [
        "| condition | judged | accuracy | change | AUROC | class accuracy | change | allowed "
        "| holds |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        cells = [
            row.condition,
            f"{row.n:,} {row.unit}",
            _percent(row.accuracy),
            _change(row.change, row.interval),
            "–" if row.auroc is None else f"{row.auroc:.4f}",
            _percent(row.class_accuracy),
            _change(row.class_change, row.class_interval),
            "–" if row.allowed is None else f"−{row.allowed:g}",
            {None: "–", True: "yes", False: "**no**"}[row.holds],
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.2f} %"


def _change(value: float | None, interval: Interval | None) -> str:
    if value is None or interval is None:
        return "–"
    text = f"{value:+.2f} ({interval[0]:+.1f} to {interval[1]:+.1f})"
    return text.replace("-", "−")


if __name__ == "__main__":
    robustness()
