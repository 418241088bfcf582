"""``millsight bundle``: what a bundle is, and whether it is what it should be."""

from __future__ import annotations

import sys

import click

from edge.cli.options import format_option, open_bundle

_NAME = "BUNDLE"


@click.group()
def bundle() -> None:
    """Show and verify bundles.

    BUNDLE is a file (FILE.millsight) or the name of a shipped one; without it, the shipped
    `simulated`.
    """


@bundle.command()
@click.argument("bundle_name", metavar=f"[{_NAME}]", required=False)
@format_option("A page for people, or the manifest as JSON.")
def show(bundle_name: str | None, format_: str) -> None:
    """Say what a bundle is: classes, networks, thresholds, figures, data."""
    opened = open_bundle(bundle_name)
    if format_ == "json":
        sys.stdout.buffer.write(opened.manifest.to_json())
        return
    from edge.cli.bundle_page import bundle_page
    from edge.cli.console import ResultConsole

    console = ResultConsole(highlight=False)
    for part in bundle_page(opened):
        console.print(part)


@bundle.command()
@click.argument("bundle_name", metavar=f"[{_NAME}]", required=False)
@click.option("--engine", help="Inference engine. [default: the first installed]")
def verify(bundle_name: str | None, engine: str | None) -> None:
    """Check every byte of a bundle, and score its golden frames on this device."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from edge.bundle.verify import TOLERANCE, run_golden_frames
    from edge.errors import BundleError

    opened = open_bundle(bundle_name)
    console = Console(stderr=True, highlight=False)
    console.print(
        f"{escape(str(opened.path))}: every byte is as packed. SHA-256 {opened.digest}",
        soft_wrap=True,
    )
    results = list(run_golden_frames(opened, engine=engine))
    table = Table(title="Golden frames on this device", title_justify="left", box=SIMPLE_HEAD)
    for heading in ("frame", "precision"):
        table.add_column(heading, no_wrap=True)
    for heading in ("expected", "scored", "largest\ndifference", "allowed"):
        table.add_column(heading, justify="right", no_wrap=True)
    for result in results:
        colour = "green" if result.agrees else "bold red"
        table.add_row(
            escape(result.file),
            result.precision,
            f"{result.expected.defect_score:.4f}",
            f"{result.scored.defect_score:.4f}",
            f"[{colour}]{result.difference:.5f}[/]",
            f"{TOLERANCE[result.precision]:g}",
        )
    console.print(table)
    wrong = [result for result in results if not result.agrees]
    if wrong:
        worst = max(wrong, key=lambda result: result.difference)
        raise BundleError(
            f"{opened.path} scores {worst.file} {worst.difference:.3f} off in {worst.precision} "
            f"on this device ({len(wrong)} of {len(results)} golden scores disagree)",
            "Do not inspect with it here; try another --engine, and report the device",
        )
    console.print(f"All {len(results)} golden scores agree.")
