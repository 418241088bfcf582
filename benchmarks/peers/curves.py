"""AP50 on val by minutes of training, for ours and a peer, as a Markdown table:

    python -m benchmarks.peers.curves runs/instances-cr7 runs/peers/cr7/fit

Each row has the result of the last judged epoch by that time. Both minutes include validation. Ours
is judged by COCO's code on some epochs, the peer by its own validator on each. For a peer that was
trained in parts, each from the weights of the previous one, name all folders in order.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import click

FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
FIGURES = ("box_ap50", "mask_ap50")


class Point(NamedTuple):
    """A point of a learning curve.

    Attributes:
        minutes: Minutes since the start.
        figures: AP50 of boxes and of masks; NaN if masks are not trained.
    """

    minutes: float
    figures: tuple[float, ...]


def our_curve(table: Path) -> list[Point]:
    """The judged epochs of an instance run, from its ``history.csv``."""
    points, seconds = [], 0.0
    for row in _rows(table):
        seconds += float(row["seconds"])
        figures = tuple(float(row.get(name) or "nan") for name in FIGURES)
        if not math.isnan(figures[0]):
            points.append(Point(seconds / 60, figures))
    return points


def peer_curve(table: Path) -> list[Point]:
    """The epochs of a peer's training, from its ``curve.csv``."""
    return [
        Point(float(row["minutes"]), tuple(float(row.get(name) or "nan") for name in FIGURES))
        for row in _rows(table)
    ]


def join_items(curves: Sequence[Sequence[Point]]) -> list[Point]:
    """The curve of a training in parts, the minutes of each after those of the one before."""
    whole: list[Point] = []
    for curve in curves:
        before = whole[-1].minutes if whole else 0.0
        whole += [point._replace(minutes=before + point.minutes) for point in curve]
    return whole


def _rows(table: Path) -> list[dict[str, str]]:
    with table.open(newline="") as file:
        return list(csv.DictReader(file))


def reached(curve: Sequence[Point], minutes: float) -> tuple[float, ...] | None:
    """The figures at a time; None before the first point and ten minutes after the last."""
    done = [point for point in curve if point.minutes <= minutes]
    if not done or minutes > curve[-1].minutes + 10:
        return None
    return done[-1].figures


def as_markdown(ours: Sequence[Point], peer: Sequence[Point], step: float = 10) -> str:
    """The table, a row every ``step`` minutes."""
    end = max(ours[-1].minutes, peer[-1].minutes)
    lines = [
        "| minutes | ours, box | ours, mask | peer, box | peer, mask |",
        "|---|---|---|---|---|",
    ]
    for row in range(1, math.ceil(end / step) + 1):
        cells = [_cell(reached(curve, row * step), i) for curve in (ours, peer) for i in (0, 1)]
        lines.append(f"| {row * step:g} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(figures: tuple[float, ...] | None, index: int) -> str:
    return "–" if figures is None or math.isnan(figures[index]) else f"{figures[index]:.3f}"


@click.command()
@click.argument("run", type=FOLDER)
@click.argument("fits", type=FOLDER, nargs=-1, required=True)
def main(run: Path, fits: tuple[Path, ...]) -> None:
    """Print the curves of our RUN and of the peer's FITS."""
    peer = join_items([peer_curve(fit / "curve.csv") for fit in fits])
    click.echo(as_markdown(our_curve(run / "history.csv"), peer))


if __name__ == "__main__":
    main()
