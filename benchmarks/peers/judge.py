"""Judges a peer's predictions with the code that judges ours.

    python -m benchmarks.peers.judge holdout.json --rules-from val.json \\
        --data ../shared/data/cr7 --split holdout

Prints the instance figures of ``millsight evaluate`` as JSON. The rules for reporting an instance
are chosen like ours, on the peer's predictions for val; without them there is only average
precision.
"""

from __future__ import annotations

import json
from pathlib import Path

import click

from benchmarks.peers.predictions import read_predictions
from train.data import open_data
from train.evaluate.instances.instance_figures import instance_figures
from train.evaluate.instances.rules import DEFECTS, PIXELS, choose_rules

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("predictions", type=FILE)
@click.option("--data", "folder", required=True, type=click.Path(path_type=Path))
@click.option("--split", required=True)
@click.option("--splits", "split_file", type=FILE)
@click.option("--rules-from", type=FILE, help="Predictions of val.")
@click.option("--count", type=click.Choice([DEFECTS, PIXELS]), default=DEFECTS, show_default=True)
@click.option("--no-intervals", is_flag=True)
def main(
    predictions: Path,
    folder: Path,
    split: str,
    split_file: Path | None,
    rules_from: Path | None,
    count: str,
    no_intervals: bool,
) -> None:
    """Judge PREDICTIONS on a split."""
    data = open_data(folder, splits=split_file)
    rules = None
    if rules_from is not None:
        val = data.of("val")
        rules = choose_rules(
            read_predictions(rules_from, val, data.classes), val, len(data.classes), count=count
        )
    samples = data.of(split)
    found = read_predictions(predictions, samples, data.classes)
    figures = instance_figures(found, samples, data.classes, rules, intervals=not no_intervals)
    click.echo(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
