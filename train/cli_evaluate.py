"""``millsight evaluate``: a bundle against a data set, through the code that runs at the line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from edge.cascade import Cascade
from edge.cli.console import ResultConsole
from edge.cli.options import SIZE, engine_options, format_option
from train.data import open_data
from train.data.progress import track
from train.data.tiles import judged_tiles
from train.evaluate.figures import evaluation
from train.evaluate.scoring import score


@click.command()
@click.argument("bundle", metavar="BUNDLE")
@click.option(
    "--data",
    "folder",
    required=True,
    type=click.Path(path_type=Path),
    help="Data folder in Severstal's or COCO's layout.",
)
@click.option("--split", default="holdout", show_default=True, help="Which of its splits.")
@click.option(
    "--splits",
    "split_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Split file, where it does not lie in the data folder.",
)
@click.option("--tile", type=SIZE, help="Judge tiles of this size, each on its own.")
@engine_options
@format_option("Tables for people, or one JSON object.")
def evaluate(
    bundle: str,
    folder: Path,
    split: str,
    split_file: Path | None,
    tile: tuple[int, int] | None,
    engine: str | None,
    precision: str,
    threads: int,
    format_: str,
) -> None:
    """Judge BUNDLE (a file, or the name of a shipped one) against a data set.

    Binary and class figures judge every item, the gate hiding none; the cascade's are what
    `millsight run` would say.
    """
    from edge.bundle import find_bundle, load_bundle

    loaded = load_bundle(find_bundle(bundle))
    cascade = Cascade.from_bundle(loaded, engine=engine, precision=precision, threads=threads)
    data = open_data(folder, splits=split_file)
    items = judged_tiles(data, split, tile)
    turns = track(items, "judging", len(items))
    scored = score(cascade, turns, data.classes, inspect=True)
    figures = evaluation(scored, loaded.manifest.thresholds)
    if format_ == "json":
        click.echo(json.dumps(figures))
    else:
        _show(figures, f"{loaded.manifest.name} on {data.name}, {split}")


def _show(figures: dict[str, Any], title: str) -> None:
    console = ResultConsole()
    table = Table(title=escape(title), title_justify="left")
    for heading in ("what", "figure", "value", "95 %"):
        table.add_column(heading, justify="left" if heading in {"what", "figure"} else "right")
    wanted = {
        "binary": ("accuracy", "auroc", "recall", "precision", "threshold", "n"),
        "gate": ("recall", "pass_rate_clean", "threshold", "n_judged", "promise"),
        "multiclass": ("accuracy", "macro_f1", "n"),
        "cascade": ("accuracy", "recall"),
    }
    for block, names in wanted.items():
        values = figures[block]
        if values is None:
            table.add_row(block, "", "not judged by this data", "")
            continue
        if block == "gate":
            values = {**values, "promise": _promise(values)}
        for name in names:
            interval = values.get(f"{name}_interval")
            table.add_row(
                block,
                name.replace("_", " "),
                _figure(values[name]),
                f"{interval[0]:.4f}–{interval[1]:.4f}" if interval else "",
            )
    console.print(table)
    if figures["multiclass"] is not None:
        classes = Table(title="per class", title_justify="left")
        for heading in ("class", "precision", "recall", "f1", "n"):
            classes.add_column(heading, justify="left" if heading == "class" else "right")
        for name, row in figures["multiclass"]["per_class"].items():
            classes.add_row(
                escape(name), *(_figure(row[key]) for key in ("precision", "recall", "f1", "n"))
            )
        console.print(classes)


def _promise(gate: dict[str, Any]) -> str:
    if gate["alpha"] is None:
        return f"none: {gate['n']} of {gate['unit']} are too few"
    return (
        f"misses at most {gate['alpha']:.0%} with confidence {1 - gate['delta']:.0%}, chosen on "
        f"{gate['n']} ({gate['unit']})"
    )


def _figure(value: float | str | None) -> str:
    if value is None:
        return "–"
    return f"{value:.4f}" if isinstance(value, float) else escape(str(value))
