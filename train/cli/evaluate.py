"""``millsight evaluate``: a bundle against a data set, through the code that runs at the line."""

from __future__ import annotations

import json
from pathlib import Path

import click

from edge.cli.options import SIZE, engine_options, format_option, open_bundle
from edge.core.errors import UnwritableError
from edge.core.files import check_writable
from edge.install.trust import Device
from edge.vision.cascade import Cascade
from train.data import open_data
from train.data.progress import track
from train.data.split_names import standard_split
from train.data.tiles import judged_tiles
from train.evaluate.acquaintance import acquaintance, in_words
from train.evaluate.comparison import baseline_of
from train.evaluate.evaluation import evaluation
from train.evaluate.instances.scoring import score_instances
from train.evaluate.printed import print_figures
from train.evaluate.report import write_report
from train.evaluate.scoring import score_each
from train.evaluate.subject import Subject

_THIS, _BASELINE = "this", "baseline"


@click.command()
@click.argument("bundle", metavar="BUNDLE")
@click.option(
    "--data",
    "folder",
    required=True,
    type=click.Path(path_type=Path),
    help="Data folder in Severstal's or COCO's layout, or of class folders.",
)
@click.option("--split", default="holdout", show_default=True, help="Which of its splits.")
@click.option(
    "--splits",
    "split_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Split file, where it does not lie in the data folder.",
)
@click.option("--tile", type=SIZE, help="Judge tiles of this size, each on its own.")
@click.option(
    "--baseline",
    metavar="OTHER",
    help="Another bundle to judge on the same items and compare accuracy with.",
)
@click.option(
    "--report",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write a page with pictures, the worst mistakes among them: one HTML file.",
)
@click.option("--force", is_flag=True, help="Replace the report if it exists.")
@engine_options
@format_option("Tables for people, or one JSON object.")
def evaluate(
    bundle: str,
    folder: Path,
    split: str,
    split_file: Path | None,
    tile: tuple[int, int] | None,
    baseline: str | None,
    report: Path | None,
    force: bool,
    engine: str | None,
    precision: str,
    threads: int,
    format_: str,
) -> None:
    """Judge BUNDLE (a file, or the name of a shipped one) against a data set.

    Binary and class figures judge every item, the gate hiding none; the cascade's are what
    `millsight run` would say.
    """
    if report is not None:
        # Ahead of minutes of work: everything that can be refused at once.
        check_writable(report)
        if report.exists() and not force:
            raise UnwritableError(f"{report} exists already", "Give --force to replace it")
    # What is judged here was mostly just exported, and no line runs on it.
    workshop = Device(allow_unsigned=True)
    loaded = open_bundle(bundle, workshop)
    other = open_bundle(baseline, workshop) if baseline else None
    cascades = {
        key: Cascade.from_bundle(which, engine=engine, precision=precision, threads=threads)
        for key, which in ((_THIS, loaded), (_BASELINE, other))
        if which is not None
    }
    data = open_data(folder, splits=split_file)
    split = split if data.of(split) else standard_split(split)
    known = acquaintance(loaded.manifest, data, split)
    items = judged_tiles(data, split, tile)
    turns = track(items, "judging", len(items))
    scored = score_each(cascades, turns, data.classes, inspect=(_THIS,))
    instances = {
        key: None
        # Class folders outline nothing that outlines could be held against.
        if data.layout == "class folders"
        else score_instances(
            which, track(items, "outlining", len(items)), data.classes, inspect=key == _THIS
        )
        for key, which in cascades.items()
    }
    compared = baseline_of(other, scored[_BASELINE], instances[_BASELINE]) if other else None
    thresholds = loaded.manifest.thresholds
    figures = evaluation(scored[_THIS], thresholds, compared, instances[_THIS])
    cascade = cascades[_THIS]
    subject = Subject(loaded, cascade.networks.gate.engine.name, precision, data, split, tile)
    if format_ == "json":
        judged_json = {**subject.to_json(), "bundle_was": known}
        click.echo(json.dumps({"judged": judged_json, **figures}, allow_nan=False))
    else:
        print_figures(figures, subject.title)
        if known != "not known":
            click.echo(in_words(known, split, loaded.manifest))
    if report is not None:
        judged = scored[_THIS], instances[_THIS]
        write_report(report, subject, cascade, items, *judged, figures)
        click.echo(f"Report: {report}", err=True)
