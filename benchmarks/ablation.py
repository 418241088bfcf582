"""Ablation of the gate's recipe: runs that leave one choice out, judged on val, as Markdown.

    python -m benchmarks.ablation --data ../shared/data/cr7 --teacher runs/cr7-teacher

Every run trains the gate with everything else equal; ``all`` is the full recipe. A finished run is
not trained again, so an interrupted table can be continued. The difference is to ``all`` on the
same tiles, with a 95 % interval bootstrapped over groups. Each run has one seed, and another seed
can change the result by about a point. The holdout is not used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
from numpy.typing import NDArray

from train.backend import load_keras
from train.data import open_data
from train.data.sample import DataSet
from train.data.tiles import Tile
from train.evaluate.metrics import auroc, difference_interval
from train.evaluate.thresholds import recall_threshold
from train.loop import checkpoint
from train.loop.progress import TrainingProgress
from train.loop.run_folder import CARD, claim_folder
from train.networks import NETWORKS
from train.regions.distillation import teacher_predictions
from train.regions.finished import read_run
from train.regions.items import (
    Items,
    choose_tiles,
    cut_tiles,
)
from train.regions.plan import RegionsPlan, geometry_for
from train.regions.run import train_run
from train.regions.split_figures import predict_logits
from train.regions.task import Task

NETWORK = "compact"


class Answers(NamedTuple):
    """A run's answers on val: whether each item is judged correctly, and its defect score."""

    right: NDArray[np.bool_]
    scores: NDArray[np.float64]


def _recipe(**changes: object) -> Callable[[RegionsPlan], RegionsPlan]:
    return lambda plan: replace(plan, recipe=replace(plan.recipe, **changes))


def _plan(**changes: object) -> Callable[[RegionsPlan], RegionsPlan]:
    return lambda plan: replace(plan, **changes)


def variants(also: tuple[str, ...]) -> dict[str, Callable[[RegionsPlan], RegionsPlan]]:
    """The change of each row to the plan of ``all``; ``also`` are data sets to mix in."""
    rows: dict[str, Callable[[RegionsPlan], RegionsPlan]] = {
        "all": lambda plan: plan,
        "no teacher": _plan(teachers=()),
        "tiles side by side": _plan(stride=None),
        "no augmentation": _recipe(augment=False),
        "classes as they come": _recipe(balance=0.0),
        "no label smoothing": _recipe(label_smoothing=0.0),
        "focal loss": _recipe(focal=2.0, label_smoothing=0.0),
        "no averaged weights": _recipe(average=0.0),
        "constant rate": _recipe(warmup_epochs=None),
        "wider network": _plan(network="compact-wide"),
    }
    return rows | ({"another data set mixed in": _plan(also=also)} if also else {})


def answers(folder: Path, task: Task, val: Items) -> Answers:
    """A finished run's answers on val."""
    scores = task.scores(predict_logits(read_run(folder).load(), val))
    return Answers(task.right(scores, val.labels), task.defect_scores(scores))


def row(name: str, found: Answers, full: Answers, val: Items) -> str:
    """A row of the table."""
    truth = val.labels.any(axis=1)
    passed = found.scores >= recall_threshold(found.scores[truth], 0.99)
    points = 100 * (found.right.mean() - full.right.mean())
    low, high = difference_interval(val.groups, found.right, full.right) or (0.0, 0.0)
    change = "–" if found is full else f"{points:+.2f} ({100 * low:+.1f} to {100 * high:+.1f})"
    cells = (
        name,
        f"{100 * found.right.mean():.2f} %",
        change,
        f"{auroc(truth, found.scores):.4f}",
        f"{100 * passed[~truth].mean():.1f} %",
    )
    return f"| {' | '.join(cells)} |"


class Trainer:
    """Trains similar runs; teachers are evaluated once for each stride."""

    def __init__(self, data: DataSet) -> None:
        self._data = data
        self._answers: dict[object, NDArray[np.float32]] = {}

    def train(self, plan: RegionsPlan, folder: Path) -> None:
        """Train a run, or resume an interrupted one; a finished run is left as it is."""
        if (folder / CARD).exists():
            return
        resume = (folder / checkpoint.NAME).exists()
        tiles = choose_tiles(self._data, plan.geometry.region, plan.stride, holdout=False)
        answers = self._taught(plan, tiles["train"]) if plan.teachers and not plan.also else None
        claim_folder(folder, overwrite=False)
        with TrainingProgress(plan.recipe.epochs) as progress:
            train_run(
                plan,
                self._data,
                tiles,
                folder,
                progress,
                command="benchmarks.ablation",
                resume=resume,
                answers=answers,
            )
        load_keras().backend.clear_session()

    def _taught(self, plan: RegionsPlan, tiles: list[Tile]) -> NDArray[np.float32]:
        if plan.stride not in self._answers:
            classes = self._data.classes
            items = cut_tiles(tiles, len(classes), plan.geometry)
            teachers = [read_run(Path(folder)) for folder in plan.teachers]
            self._answers[plan.stride] = teacher_predictions(
                teachers, Task(plan.task, classes), items
            )
        return self._answers[plan.stride]


@click.command()
@click.option("--data", "root", required=True, type=click.Path(path_type=Path))
@click.option("--teacher", "teachers", multiple=True, help="Teacher run for all rows but one.")
@click.option("--also", multiple=True, help="Data set to mix in, for a separate row.")
@click.option("--runs", type=click.Path(path_type=Path), default=Path("runs/ablation"))
@click.option("--epochs", default=8, show_default=True)
@click.option("--items-per-epoch", default=5800, show_default=True)
@click.option("--stride", default=(50, 128), type=(int, int), show_default=True)
@click.option("--row", "wanted", multiple=True, help="Only this row; may be given again.")
def ablation(
    root: Path,
    teachers: tuple[str, ...],
    also: tuple[str, ...],
    runs: Path,
    epochs: int,
    items_per_epoch: int,
    stride: tuple[int, int],
    wanted: tuple[str, ...],
) -> None:
    """Train every variant of the gate's recipe and print the table."""
    data = open_data(root)
    recipe = replace(NETWORKS[NETWORK].recipe, epochs=epochs)
    plan = RegionsPlan(
        "binary",
        NETWORK,
        geometry_for(recipe, recipe.region),
        recipe,
        items_per_epoch=items_per_epoch,
        stride=stride,
        teachers=teachers,
    )
    rows = variants(also)
    folders = {name: runs / name.replace(" ", "-") for name in rows}
    trainer = Trainer(data)
    for name in wanted or rows:
        click.echo(name, err=True)
        trainer.train(rows[name](plan), folders[name])
    task = Task("binary", data.classes)
    tiles = choose_tiles(data, plan.geometry.region, holdout=False)["val"]
    val = cut_tiles(tiles, len(data.classes), plan.geometry)
    found = {
        name: answers(folder, task, val)
        for name, folder in folders.items()
        if (folder / CARD).exists()
    }
    click.echo(f"val of {data.name}: {len(val):,} tiles in {len(np.unique(val.groups))} groups\n")
    click.echo("| recipe | accuracy | points against all | AUROC | clean passed at 99 % recall |")
    click.echo("|---|---|---|---|---|")
    for name, one in found.items():
        click.echo(row(name, one, found["all"], val))


if __name__ == "__main__":
    ablation()
