"""``millsight bench``: what each model and the whole cascade cost on this device."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from edge.cli.options import (
    bundle_option,
    device_options,
    format_option,
    open_bundle,
    tuned_options,
)

if TYPE_CHECKING:
    from edge.install.trust import Device
    from edge.tune.run_choices import RunChoices


@click.command()
@bundle_option
@device_options
@tuned_options
@click.option(
    "--frames",
    type=click.IntRange(min=10),
    default=300,
    show_default=True,
    help="Frames measured, after a warm-up.",
)
@click.option(
    "--width",
    type=click.IntRange(min=1),
    default=1600,
    show_default=True,
    help="Columns of a frame.",
)
@click.option(
    "--height", type=click.IntRange(min=1), default=256, show_default=True, help="Lines of a frame."
)
@format_option("A table for people, or one JSON object.")
def bench(
    bundle_name: str | None,
    device: Device,
    asked: RunChoices,
    frames: int,
    width: int,
    height: int,
    format_: str,
) -> None:
    """Measure the latency of each model and of the cascade on this device.

    The cascade is timed from Frame to Inspection with every region sent to the classifier, which
    is the most that a verdict can cost, and again as the gate decides on simulated strip; with
    outlines, on those frames that it calls defective.
    """
    from edge.bench.bench import measure

    bundle = open_bundle(bundle_name, device)
    stages = asked.by_stage(bundle, device.state)
    figures = measure(bundle, stages=stages, frames=frames, size=(height, width))
    if format_ == "json":
        click.echo(json.dumps(figures, allow_nan=False))
        return
    from edge.cli.console import ResultConsole, as_markup
    from edge.cli.table_style import PageTable

    console = ResultConsole()
    table = PageTable(title="latency, ms", title_justify="left")
    for heading in ("what", "engine", "precision", "threads", "p50", "p90", "p99", "peak MiB"):
        table.add_column(heading, justify="left" if heading in {"what", "engine"} else "right")
    for row in figures["models"]:
        table.add_row(
            row["model"],
            row["engine"],
            row["precision"],
            str(row["threads"]),
            *(f"{row[p]:.2f}" for p in ("p50", "p90", "p99")),
            f"{row['peak_mib']:.0f}",
        )
    for name, key in (
        ("cascade", "cascade"),
        ("no gate", "cascade_all_regions"),
        ("with outlines", "cascade_outlined"),
        ("instances, whole frame", "instances"),
    ):
        row = figures[key]
        if row is None:
            continue
        table.add_row(
            name,
            *(_of_all(figures["models"], key) for key in ("engine", "precision", "threads")),
            *(f"{row[p]:.2f}" for p in ("p50", "p90", "p99")),
            "",
        )
    console.print(table)
    console.print(
        f"Bundle {as_markup(bundle.title)}, "
        f"{as_markup(figures['machine']['cpu'])}, {figures['machine']['cores']} cores. "
        f"Preprocessing is {figures['cascade']['preprocess_share']:.1%} of the cascade."
    )


def _of_all(rows: list[dict[str, Any]], key: str) -> str:
    """What all networks have in common; nothing where they differ."""
    values = {str(row[key]) for row in rows}
    return values.pop() if len(values) == 1 else ""
