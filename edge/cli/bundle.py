"""``millsight bundle``: what a bundle is, and whether it is what it should be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edge.cli.bundle_install import install, list_, rollback
from edge.cli.bundle_sign import keygen, sign
from edge.cli.options import device_options, engine_option, format_option, open_bundle

if TYPE_CHECKING:
    from rich.table import Table

    from edge.bundle import Bundle
    from edge.install.trust import Device
    from edge.install.verify import GoldenResult

_NAME = "BUNDLE"


@click.group()
def bundle() -> None:
    """Show, verify, sign and install bundles.

    BUNDLE is a file (FILE.millsight) or the name of a shipped one. For show and verify, without it,
    the installed one, or the shipped `simulated` where none is installed.
    """


@bundle.command(short_help="Show classes, networks, thresholds, figures and signer.")
@click.argument("bundle_name", metavar=f"[{_NAME}]", required=False)
@device_options
@format_option("A page for people, or the manifest as JSON.")
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the export's report here instead: its page, or its figures to a FILE.json.",
)
def show(bundle_name: str | None, device: Device, format_: str, report: Path | None) -> None:
    """Say what a bundle is: classes, networks, thresholds, figures, data, and who signed it.

    It runs nothing of the bundle, so it shows one that is not trusted here too, and says so.
    """
    opened, standing = _look_at(bundle_name, device)
    if report is not None:
        from edge.cli.bundle_report import write_report

        write_report(opened, report)
        click.echo(f"{report}: the report of {opened.manifest.name}", err=True)
        return
    if format_ == "json":
        told = opened.manifest.model_dump(mode="json")
        click.echo(json.dumps(told, sort_keys=True, indent=1, allow_nan=False))
        return
    from edge.cli.bundle_tables import bundle_page
    from edge.cli.console import ResultConsole
    from edge.cli.tune_tables import tuning_of

    console = ResultConsole(highlight=False)
    for part in bundle_page(opened, standing, tuning_of(opened, device)):
        console.print(part)


@bundle.command(short_help="Check bytes and signature, and score the golden frames.")
@click.argument("bundle_name", metavar=f"[{_NAME}]", required=False)
@device_options
@engine_option
def verify(bundle_name: str | None, device: Device, engine: str | None) -> None:
    """Check every byte and the signature, and score the golden frames on this device."""
    from edge.cli.console import SafeConsole, as_markup
    from edge.install.verify import require_agreement, run_golden_frames

    opened = open_bundle(bundle_name, device)
    console = SafeConsole(stderr=True, highlight=False)
    console.print(
        f"{as_markup(str(opened.path))}: every byte is as packed. SHA-256 {opened.digest}, "
        f"{as_markup(opened.trust_shown)}",
        soft_wrap=True,
    )
    results = list(run_golden_frames(opened, engine=engine))
    console.print(_golden_table(results))
    require_agreement(opened, results)
    console.print(f"All {len(results)} golden scores agree.")


for _command in (keygen, sign, install, rollback, list_):
    bundle.add_command(_command)


def _look_at(name: str | None, device: Device) -> tuple[Bundle, str]:
    """A bundle that is only shown, and whether this device would run it."""
    from edge.bundle import find_bundle, load_bundle
    from edge.core.errors import UntrustedError
    from edge.install.store import Store

    store = Store(device)
    installed = store.read() if name is None else None
    opened = load_bundle(store.file(installed.current.digest) if installed else find_bundle(name))
    try:
        return opened, device.admit(opened).trust_shown
    except UntrustedError as error:
        return opened, f"NOT TRUSTED here: {error.what}"


def _golden_table(results: list[GoldenResult]) -> Table:
    from rich.box import SIMPLE_HEAD

    from edge.cli.console import as_markup
    from edge.cli.table_style import PageTable
    from edge.install.verify import TOLERANCE

    table = PageTable(title="Golden frames on this device", title_justify="left", box=SIMPLE_HEAD)
    for heading in ("frame", "precision"):
        table.add_column(heading)
    for heading in ("expected", "scored", "largest\ndifference", "allowed"):
        table.add_column(heading, justify="right", no_wrap=True)
    for result in results:
        colour = "green" if result.agrees else "bold red"
        table.add_row(
            as_markup(result.file),
            result.precision,
            f"{result.expected.defect_score:.4f}",
            f"{result.scored.defect_score:.4f}",
            f"[{colour}]{result.difference:.5f}[/]",
            f"{TOLERANCE[result.precision]:g}",
        )
    return table
