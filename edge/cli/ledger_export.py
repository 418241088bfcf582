"""``millsight ledger export``: rows for other programs, frames for labelling."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from edge.cli.ledger_options import (
    filtered,
    ledger_option,
    open_ledger,
    rows_option,
    target,
)
from edge.core.errors import ConfigError

if TYPE_CHECKING:
    from edge.ledger.query import LedgerReader
    from edge.ledger.tables import Filter


@click.command()
@ledger_option
@rows_option
@filtered
@click.option(
    "--format",
    "format_",
    type=click.Choice(["csv", "jsonl", "coco", "parquet"]),
    required=True,
    help="CSV, JSON lines or Parquet (extra: parquet) of rows; or COCO instances of the frames "
    "with defects that have a picture, to be labelled again.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default="-",
    help="Write to this file; - is stdout.",
    show_default=True,
)
@click.option(
    "--images",
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False),
    help="With coco: copy the images into this folder. [default: name them where they are]",
)
def export(
    path: Path | None,
    table: str,
    wanted: Filter,
    format_: str,
    out: Path,
    images: Path | None,
) -> None:
    """Write rows for other programs, or frames for labelling.

    \b
    millsight ledger export --format coco --out set/instances_new.json --images set/images
    makes a folder that labelling tools and `millsight data check set` read.
    """
    from edge.ledger.export import write_csv, write_jsonl, write_parquet

    if format_ == "coco" and table != "defects":
        raise ConfigError(f"COCO is of defects, not of {table}", "Leave out --rows")
    if images is not None and format_ != "coco":
        raise ConfigError("--images goes with --format coco", "Leave it out")
    with open_ledger(path) as reader, target(out) as file:
        if format_ == "coco":
            said = _write_coco(reader, wanted, images, file)
        else:
            rows, columns = reader.rows(table, wanted), reader.columns(table)
            if format_ == "jsonl":
                count = write_jsonl(rows, file)
            else:
                count = {"csv": write_csv, "parquet": write_parquet}[format_](rows, columns, file)
            said = f"{count:,} {table}"
    if str(out) != "-":
        click.echo(f"{out}: {said}", err=True)


def _write_coco(reader: LedgerReader, wanted: Filter, folder: Path | None, file: BinaryIO) -> str:
    from edge.ledger.coco import coco

    made = coco(reader.pieces(wanted), folder)
    file.write(json.dumps(made.document, allow_nan=False).encode() + b"\n")
    if made.without:
        click.echo(f"{made.without} frames are left out: there is no picture of them", err=True)
    if made.drawn:
        click.echo(
            f"{made.drawn} images have their defects drawn on them; let the line keep frames as "
            "they are too, to label those",
            err=True,
        )
    images, annotations = len(made.document["images"]), len(made.document["annotations"])
    return f"{images:,} images with {annotations:,} annotations"
