"""The study's networks beside the compact one: holdout figures in float and int8, as Markdown.

    python -m benchmarks.study_table --data ../shared/data/cr7 runs/cr7-binary-*

Each run is shrunk, its thresholds are chosen on val, and both forms are judged on the holdout
through the deployed code. No margin is applied: the table is to show what int8 costs. In brackets
are 95 % intervals, bootstrapped over groups of near-duplicates.
"""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from edge.bundle import Manifest, read_bundle
from edge.bundle.evidence import Figures
from export.gate import Margins
from export.pack import Label, creation_time
from export.pipeline import Order, make_bundle
from export.progress import Progress
from export.runs import read_run
from train.data import open_data

_NO_MARGIN = Margins(accuracy=1.0, recall=1.0)
_HEAD = (
    "| network | parameters | holdout n | accuracy, float | accuracy, int8 | AUROC, float "
    "| AUROC, int8 | at the chosen threshold, int8 |\n|---|---|---|---|---|---|---|---|"
)


@click.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--data", "folder", required=True, type=click.Path(path_type=Path))
@click.option("--splits", type=click.Path(path_type=Path))
def study_table(runs: tuple[Path, ...], folder: Path, splits: Path | None) -> None:
    """Print the table of RUNS, which `millsight train binary` wrote."""
    data = open_data(folder, splits=splits)
    click.echo(_HEAD)
    for path in runs:
        if not (path / "card.json").is_file():
            continue
        run = read_run(path)
        label = Label("table", run.card.network, False, creation_time())
        order = Order(label, margins=_NO_MARGIN, golden=1, unit="tile")
        with Progress(Console(stderr=True)) as progress:
            content = make_bundle(order, run, None, data, progress)
        click.echo(_row(run.card.network, run.card.parameters, read_bundle(content).manifest))


def _row(network: str, parameters: int, manifest: Manifest) -> str:
    exact, small = (manifest.metrics["gate"][p] for p in ("float32", "int8"))
    verdict = manifest.metrics["decision"]["int8"]
    cells = [
        network,
        f"{parameters:,}",
        f"{exact.n:,} {exact.unit}s",
        *(_accuracy(figures) for figures in (exact, small)),
        *(_auroc(figures) for figures in (exact, small)),
        _accuracy(verdict),
    ]
    return f"| {' | '.join(cells)} |"


def _accuracy(figures: Figures) -> str:
    low, high = figures.accuracy_interval
    return f"{100 * figures.accuracy:.2f} % ({100 * low:.1f}–{100 * high:.1f})"


def _auroc(figures: Figures) -> str:
    if figures.auroc is None or figures.auroc_interval is None:
        return "–"
    low, high = figures.auroc_interval
    return f"{figures.auroc:.4f} ({low:.3f}–{high:.3f})"


if __name__ == "__main__":
    study_table()
