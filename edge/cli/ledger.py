"""``millsight ledger``: what was seen on the strip, and what was not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edge.cli.ledger_export import export
from edge.cli.ledger_options import (
    filtered,
    ledger_option,
    open_ledger,
    rows_option,
    stdout,
)
from edge.cli.options import format_option
from edge.core.errors import LedgerError
from edge.core.redaction import outgoing

if TYPE_CHECKING:
    from edge.ledger.query import LedgerReader
    from edge.ledger.tables import Filter


@click.group()
def ledger() -> None:
    """Ask what was seen on the strip, when and where, and what was not.

    All commands may be used while `millsight run` writes the ledger.
    """


ledger.add_command(export)


@ledger.command()
@ledger_option
@rows_option
@filtered
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    help="No more than so many, the newest. [default: 50 as text, else all]",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "jsonl", "csv"]),
    default="text",
    show_default=True,
    help="A table for people; one JSON array, one JSON object a line, or CSV for programs.",
)
def query(path: Path | None, table: str, wanted: Filter, limit: int | None, format_: str) -> None:
    """List defects or other rows, as they passed."""
    from edge.ledger.export import write_csv, write_jsonl

    with open_ledger(path) as reader:
        if format_ == "text":
            _print_table(reader, table, wanted, limit or 50)
            return
        rows = reader.rows(table, wanted, newest=limit)
        with stdout() as out:
            if format_ == "json":
                out.write(json.dumps(list(rows), allow_nan=False).encode() + b"\n")
            elif format_ == "jsonl":
                write_jsonl(rows, out)
            else:
                write_csv(rows, reader.columns(table), out)


@ledger.command()
@ledger_option
@filtered
@format_option("A table for people, or one JSON array.")
def coils(path: Path | None, wanted: Filter, format_: str) -> None:
    """List coils: length, what was inspected, defects."""
    from edge.ledger.coils_list import list_coils

    with open_ledger(path) as reader:
        found = list_coils(reader, wanted)
        if format_ == "json":
            click.echo(json.dumps(found, allow_nan=False))
            return
        from edge.cli.console import ResultConsole
        from edge.cli.ledger_tables import coils_table

        console = ResultConsole(highlight=False)
        console.print(coils_table(found, console.width))


@ledger.command()
@click.argument("name")
@ledger_option
@click.option(
    "--map",
    "map_path",
    metavar="FILE.png",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Draw the defect map into this file.",
)
@format_option("A page for people, or one JSON object.")
def coil(name: str, path: Path | None, map_path: Path | None, format_: str) -> None:
    """Grade a coil, and draw its defect map.

    Defects per 100 m of inspected strip by class, coverage by level, actions.
    Of a name that was inspected more than once, the last time counts.
    """
    from edge.coil.grade import grade
    from edge.ledger.coils_list import find_coil

    with open_ledger(path) as reader:
        found = find_coil(reader, name)
        defects = reader.coil_defects(found.run, found.n)
        stretches = reader.coil_stretches(found.run, found.n)
    figures = grade(name, defects, stretches)
    if found.times > 1:
        click.echo(
            f"coil {outgoing(name)} was inspected {found.times} times; this is the last", err=True
        )
    if map_path is not None:
        from edge.cli.ledger_tables import origin
        from edge.coil.map import draw_map
        from edge.core.images import write_image

        drawn = draw_map(
            name,
            defects,
            stretches,
            classes=found.classes,
            width_mm=found.width_mm,
            origin=origin(found.as_json()),
        )
        write_image(map_path, drawn)
        click.echo(f"the defect map is in {map_path}", err=True)
    page = {**found.as_json(), **figures.as_json()}
    if format_ == "json":
        page["defect_list"] = [defect.as_json() for defect in defects]
        click.echo(json.dumps(page, allow_nan=False))
        return
    from edge.cli.console import ResultConsole
    from edge.cli.ledger_tables import coil_page

    console = ResultConsole(highlight=False)
    for part in coil_page(page, defects, console.width):
        console.print(part)


@ledger.command()
@ledger_option
@format_option("Lines for people, or one JSON object.")
def check(path: Path | None, format_: str) -> None:
    """Say whether the ledger is whole, and what is missing.

    Every byte of it is read.
    """
    from edge.ledger.check import check as look_at

    with open_ledger(path) as reader:
        found = look_at(reader)
    if format_ == "json":
        click.echo(json.dumps(found, allow_nan=False))
    else:
        from edge.cli.console import ResultConsole
        from edge.cli.ledger_tables import check_page

        console = ResultConsole(highlight=False)
        for part in check_page(found):
            console.print(part)
    if not found["whole"]:
        raise LedgerError(
            f"{found['path']} is damaged: {found['faults'][0]}",
            "Export what can be read, then move it away; millsight run begins a new one",
        )


def _print_table(reader: LedgerReader, table: str, wanted: Filter, limit: int) -> None:
    from edge.cli.console import ResultConsole
    from edge.cli.ledger_tables import rows_table

    rows = list(reader.rows(table, wanted, newest=limit + 1))
    more = len(rows) > limit
    console = ResultConsole(highlight=False)
    console.print(rows_table(table, rows[-limit:], console.width))
    if more:
        click.echo(f"the newest {limit} are shown; give --limit for more", err=True)
