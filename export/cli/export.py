"""``millsight export``: quantize, compare on the holdout, pack."""

from __future__ import annotations

import os
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from edge.bundle import read_bundle
from edge.bundle.keys import read_private_key
from edge.bundle.manifest_parts import Unit
from edge.bundle.signature import Signature, fingerprint
from edge.core.errors import UnwritableError
from edge.core.files import check_writable, write_whole
from export.cli.checks import check_report
from export.cli.options import export_options
from export.cli.warnings import doubts
from export.convert.forms import chosen_rungs
from export.convert.quantization import Calibration
from export.pack.release_label import creation_time
from export.pipeline import make_bundle
from export.progress import ExportProgress
from export.report import PAGE
from export.settings import ExportSettings, Margins, ReleaseLabel, Remedies, Risk
from train.data import open_data
from train.data.severstal import is_simulated
from train.instances.finished import read_instances_run
from train.regions.finished import read_run

WIDTH = 100
"""Columns of a page that goes to a file; rich would take 80, too few for the comparison."""


@click.command()
@export_options
def export(
    gate: Path,
    classifier: Path | None,
    instances: Path | None,
    windows: tuple[tuple[int, int], ...],
    data: Path,
    splits: Path | None,
    also: tuple[Path, ...],
    name: str,
    description: str,
    simulated: bool,
    out: Path,
    margin: float,
    recall_margin: float,
    auroc_margin: float,
    ap_margin: float,
    alpha: float,
    class_alpha: float,
    bind_classes: bool,
    delta: float,
    unit: Unit,
    golden: int,
    rungs: tuple[str, ...],
    calibrate: Calibration,
    mixed: bool,
    qat: int,
    report: Path | None,
    pack_pictures: bool,
    sign: Path | None,
    dry_run: bool,
    force: bool,
) -> None:
    """Quantize trained networks, hold them against float, pack a bundle that proves itself.

    Everything is chosen on val; the holdout is opened once. Where int8 is worse than float by a
    margin, or may be as far as the items can tell, nothing is written. With SOURCE_DATE_EPOCH set,
    the same inputs give the same bytes, for which the packed report leaves latencies out.
    """
    if windows and instances is None:
        raise click.UsageError("--windows is about the instance network: give --instances too.")
    margins = Margins(margin / 100, recall_margin / 100, auroc_margin / 100, ap_margin / 100)
    # Ahead of minutes of work: everything that can be refused at once.
    check_writable(out)
    if out.exists() and not force and not dry_run:
        raise UnwritableError(f"{out} exists already", "Give --force to replace it")
    if report is not None:
        check_report(report, force=force)
    key = read_private_key(sign) if sign else None
    simulated = simulated or is_simulated(data)
    order = ExportSettings(
        ReleaseLabel(name, description, simulated, creation_time()),
        margins,
        golden,
        Risk(alpha, class_alpha, delta, bind_classes),
        unit,
        windows,
        rungs=chosen_rungs(rungs),
        remedies=Remedies(None if calibrate == "minmax" else calibrate, mixed, qat),
        pictures=pack_pictures or simulated,
        timed="SOURCE_DATE_EPOCH" not in os.environ,
        dry=dry_run,
    )
    runs = read_run(gate), read_run(classifier) if classifier else None
    outlines = read_instances_run(instances) if instances else None
    opened = open_data(data, splits=splits)
    more = [open_data(folder) for folder in also]
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        console.width = WIDTH
    with ExportProgress(console) as progress:
        exported = make_bundle(
            order,
            *runs,
            opened,
            progress,
            show=console.print,
            instances=outlines,
            more=more,
        )
        content = exported.bundle
        if content is not None and key is not None:
            bundle = read_bundle(content)
            content = bundle.to_bytes(Signature.of(bundle.manifest.to_json(), key))
        if content is not None:
            write_whole(out, content)
        if report is not None:
            report.mkdir(exist_ok=True)
            for file, found in exported.report.whole.items():
                write_whole(report / file, found)
    if report is not None:
        console.print(f"{report / PAGE}: the report", soft_wrap=True, markup=False)
    if content is None:
        console.print("Nothing was packed: --dry-run leaves the holdout closed.")
        return
    bundle = read_bundle(content)
    for doubt in doubts(bundle.manifest):
        console.print(f"[yellow]warning[/] {escape(doubt)}", soft_wrap=True)
    signed = f", signed by {fingerprint(bundle.signature.key)}" if bundle.signature else ""
    console.print(
        f"{out}: {len(content):,} bytes, SHA-256 {bundle.digest}{signed}",
        soft_wrap=True,
        markup=False,
    )
