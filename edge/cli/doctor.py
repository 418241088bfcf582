"""``millsight doctor``: what this device has, and whether it will hold the line's speed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from edge.cli.configured import configured
from edge.cli.options import POSITIVE, format_option, warn

if TYPE_CHECKING:
    from edge.cli.configured import GivenOptions
    from edge.config import Config
    from edge.doctor.finding import DeviceFinding


@click.command()
@configured
@click.option(
    "--seconds",
    type=POSITIVE,
    default=10.0,
    show_default=True,
    help="How long the simulated line runs to be measured.",
)
@format_option("A page for people, or one JSON object.")
def doctor(given: GivenOptions, seconds: float, format_: str) -> None:
    """Say what this device has, and whether it will hold the line's speed.

    That is measured: the simulated line runs with the real camera's speed, scale, bundle and
    engine, its outputs off. Exit code 0 where nothing fails, warnings or not, else 22.
    """
    from edge.core.errors import UnfitError
    from edge.doctor.finding import Severity, worst
    from edge.doctor.findings import findings

    found: list[DeviceFinding] = []
    for finding in findings(given.file, _config_of(given), seconds, warn):
        found.append(finding)
        if format_ == "text":
            _print(finding)
    if format_ == "json":
        answer = {"state": worst(found).value, "findings": [each.as_json() for each in found]}
        click.echo(json.dumps(answer, allow_nan=False))
    failed = [finding.check for finding in found if finding.state is Severity.FAIL]
    if failed:
        raise UnfitError(f"this device is not fit for the line: {', '.join(failed)}")


def _config_of(given: GivenOptions) -> Config:
    """As ``run`` would have it; the defaults where the file is wrong, which is a finding."""
    from edge.config import Config
    from edge.core.errors import MillsightError

    try:
        return given.read()
    except MillsightError:
        return given.over(Config())


def _print(finding: DeviceFinding) -> None:
    from edge.cli.console import ResultConsole, as_markup
    from edge.cli.table_style import PageTable

    styles = {"ok": "green", "warn": "yellow", "fail": "bold red"}
    row = PageTable.grid(padding=(0, 2))
    row.add_column(width=4)
    row.add_column(width=17)
    row.add_column()
    state = finding.state.value
    row.add_row(
        f"[{styles[state]}]{state.upper()}[/]", as_markup(finding.check), as_markup(finding.what)
    )
    if finding.hint:
        row.add_row("", "", f"[dim]→ {as_markup(finding.hint)}[/]")
    ResultConsole(highlight=False).print(row)
