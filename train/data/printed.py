"""What ``millsight data`` prints: names as they are, one line for what a pipe reads."""

from __future__ import annotations

from rich.console import Console

from edge.cli.console import ResultConsole
from edge.cli.table_style import PageTable
from edge.core.redaction import outgoing
from train.data.check import CheckReport, Severity
from train.data.counts import LabelCounts

SHOWN_FINDINGS = 30
_STYLES: dict[Severity, str] = {"error": "red", "warning": "yellow", "note": "dim"}


def console() -> Console:
    """Prints names as they are: a folder may well be called ``a [v2]``."""
    return ResultConsole(highlight=False, markup=False)


def say(line: str) -> None:
    """One line, never broken, as what reads a pipe expects."""
    console().print(outgoing(line), soft_wrap=True)


def counts_table(counts: dict[str, LabelCounts]) -> PageTable:
    """Images by class in the rows, and by split in the columns."""
    table = PageTable("images", box=None)
    for heading in counts:
        table.add_column(outgoing(heading), justify="right")
    shown = [{"all": of.images, "clean": of.clean, **of.images_by_class} for of in counts.values()]
    for name in shown[0]:
        table.add_row(outgoing(name), *(f"{of[name]:,}" for of in shown))
    return table


def print_check(report: CheckReport) -> None:
    """What a check counted, and the first findings."""
    screen = console()
    counts = report.counts
    table = PageTable("", box=None)
    table.add_column("images", justify="right")
    table.add_column("instances", justify="right")
    every = sum(counts.instances_by_class.values())
    table.add_row("labelled", f"{counts.images:,}", f"{every:,}")
    table.add_row("clean", f"{counts.clean:,}")
    for name, images in counts.images_by_class.items():
        table.add_row(
            f"class {outgoing(name)}", f"{images:,}", f"{counts.instances_by_class[name]:,}"
        )
    for number, images in counts.by_number_of_classes.items():
        if number:
            table.add_row(f"with {number} class{'es' * (number > 1)}", f"{images:,}")
    table.add_row("unlabelled", f"{report.unlabelled:,}")
    screen.print(table)
    if report.near_duplicates is None:
        say(f"{report.groups:,} groups, as stated; near-duplicates were not sought")
    else:
        pairs = f"{report.near_duplicates:,} pairs of images share surface"
        say(f"{report.groups:,} groups of near-duplicates or single images; {pairs}")
    for finding in report.findings[:SHOWN_FINDINGS]:
        screen.print(finding.severity, style=_STYLES[finding.severity], end=" ")
        say(f"{finding.path}: {finding.words}")
    if len(report.findings) > SHOWN_FINDINGS:
        left = len(report.findings) - SHOWN_FINDINGS
        say(f"and {left} more; --format json lists all")
    full = "; the totals are the competition's" if report.is_full_severstal else ""
    if not report.errors:
        say(f"{report.root} is sound{full}")
