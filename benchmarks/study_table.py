"""Compares the study's networks with ours: figures in float and int8, latency; as Markdown.

    python -m benchmarks.study_table --data ../shared/data/cr7 runs/cr7-binary-*

Each run is quantized, and both forms judge the split with the device's engine and preprocessing, by
the most likely answer. In brackets are 95 % intervals, bootstrapped over groups of near-duplicates.
McNemar's exact p compares each int8 network with the most accurate one in int8. Latency is for int8
on the sixteen regions of a 1600×256 frame, p50 and p99 of 200 interleaved rounds; measure it on an
idle machine.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from edge.bundle.manifest_parts import PRECISIONS
from edge.vision.engines.base import Engine, open_engine
from export.convert.cascade_forms import convert_stage
from export.convert.forms import EXACT, REQUIRED
from export.progress import ExportProgress
from train.data import open_data
from train.data.sample import DataSet
from train.data.tiles import judged_tiles
from train.evaluate.metrics import auroc, f1, mcnemar, share_interval
from train.regions.finished import Run, read_run
from train.regions.items import Items, cut_tiles
from train.regions.task import Task

REGIONS, ROUNDS = 16, 200

HEAD = (
    "| network | parameters | accuracy, float | accuracy, int8 | AUROC, int8 | macro F1, int8 "
    "| McNemar p | p50 / p99 ms a frame |\n|---|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True, slots=True)
class Judged:
    """One run's answers on a split.

    Attributes:
        run: The run.
        engine: Its int8 network.
        right: Whether each item is judged correctly, by precision, [n] bool.
        area: AUROC of defect or none in int8.
        macro_f1: Mean F1 of none and the classes in int8; None for a binary run.
    """

    run: Run
    engine: Engine
    right: dict[str, NDArray[np.bool_]]
    area: float | None
    macro_f1: float | None

    @property
    def accuracy(self) -> float:
        """Accuracy in int8."""
        return float(self.right["int8"].mean())


def judge(run: Run, data: DataSet, split: str, progress: ExportProgress) -> tuple[Judged, Items]:
    """Quantize a run and judge a split with both forms."""
    forms = convert_stage(run, data, progress, (EXACT, REQUIRED)).forms
    tiles = judged_tiles(data, split, run.geometry.region)
    items = cut_tiles(tiles, len(data.classes), run.geometry)
    task = Task(run.card.task, data.classes)
    engines = {rung.precision: open_engine(forms[rung]) for rung in (EXACT, REQUIRED)}
    scores = {p: task.scores(engine.run(items.images)) for p, engine in engines.items()}
    small = scores["int8"]
    judged = Judged(
        run,
        engines["int8"],
        {p: task.right(found, items.labels) for p, found in scores.items()},
        auroc(items.labels.any(axis=1), task.defect_scores(small)),
        macro_f1(task, small, items.labels),
    )
    return judged, items


def macro_f1(task: Task, scores: NDArray[np.float64], labels: NDArray[np.bool_]) -> float | None:
    """Mean F1 of none and each class in the labels [n, classes]; None for a binary task."""
    if task.name == "binary":
        return None
    shown = np.column_stack([~labels.any(axis=1), labels])
    answered = scores.argmax(axis=1)[:, None] == np.arange(shown.shape[1])
    found = [f1(shown[:, i], answered[:, i]) for i in range(shown.shape[1]) if shown[:, i].any()]
    return float(np.mean([value for value in found if value is not None]))


def latencies(engines: Sequence[Engine], sides: Sequence[tuple[int, int]]) -> list[str]:
    """p50 and p99 in ms of each engine on a frame's regions, measured alternately."""
    rng = np.random.default_rng(0)
    frames = [rng.integers(0, 255, (REGIONS, h, w), dtype=np.uint8) for w, h in sides]
    spent = np.empty((ROUNDS, len(engines)))
    for i in range(ROUNDS):
        for j, (engine, frame) in enumerate(zip(engines, frames, strict=True)):
            began = time.perf_counter()
            engine.run(frame)
            spent[i, j] = (time.perf_counter() - began) * 1e3
    return ["{:.2f} / {:.2f}".format(*np.percentile(column, [50, 99])) for column in spent.T]


def row(one: Judged, best: Judged, groups: NDArray[np.str_], latency: str) -> str:
    """A row of the table."""
    card, mine, other = one.run.card, one.right["int8"], best.right["int8"]
    p = mcnemar(int((mine & ~other).sum()), int((~mine & other).sum()))
    cells = [
        card.network,
        f"{card.parameters:,}",
        *(_accuracy(groups, one.right[precision]) for precision in PRECISIONS),
        "–" if one.area is None else f"{one.area:.4f}",
        "–" if one.macro_f1 is None else f"{one.macro_f1:.4f}",
        "–" if one is best else f"{p:.2g}",
        latency,
    ]
    return f"| {' | '.join(cells)} |"


def _accuracy(groups: NDArray[np.str_], right: NDArray[np.bool_]) -> str:
    low, high = share_interval(groups, right) or (0.0, 1.0)
    return f"{100 * right.mean():.2f} % ({100 * low:.1f}–{100 * high:.1f})"


@click.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--data", "folder", required=True, type=click.Path(path_type=Path))
@click.option("--splits", type=click.Path(path_type=Path))
@click.option("--split", default="holdout", show_default=True)
def study_table(runs: tuple[Path, ...], folder: Path, splits: Path | None, split: str) -> None:
    """Print the table of RUNS, which `millsight train` wrote on the same tiles of one data set."""
    data = open_data(folder, splits=splits)
    table = []
    for path in runs:
        if not (path / "card.json").is_file():
            continue
        with ExportProgress(Console(stderr=True)) as progress:
            judged, items = judge(read_run(path), data, split, progress)
        table.append(judged)
    best = max(table, key=lambda judged: judged.accuracy)
    spent = latencies([one.engine for one in table], [one.run.geometry.input for one in table])
    n, n_groups = len(items), len(np.unique(items.groups))
    click.echo(f"{split} of {data.name}: n {n:,} in {n_groups:,} groups\n\n{HEAD}")
    for one, latency in zip(table, spent, strict=True):
        click.echo(row(one, best, items.groups, latency))


if __name__ == "__main__":
    study_table()
