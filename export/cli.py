"""``millsight export``: quantize, compare on the holdout, pack."""

from __future__ import annotations

import os
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from edge.bundle import read_bundle
from edge.bundle.evidence import Unit
from edge.bundle.keys import read_private_key
from edge.bundle.load import SUFFIX
from edge.bundle.signature import Signature, fingerprint
from edge.cli.options import SIZE
from edge.errors import UnwritableError
from edge.files import check_writable, write_whole
from export.cli_checks import (
    PERCENT,
    SHARE,
    allowed_name,
    bundle_name,
    check_report,
    one_line,
)
from export.doubts import doubts
from export.gate import Margins
from export.label import Label, creation_time
from export.ladder import DEFAULT, NAMED, chosen_rungs
from export.order import Order
from export.pipeline import make_bundle
from export.progress import Progress
from export.quantization import CALIBRATIONS, Calibration
from export.remedies import Remedies
from export.report import PAGE
from export.thresholds import Risk
from train.data import open_data
from train.data.severstal import is_simulated
from train.finished_run import read_run
from train.instances.finished import read_instances_run

WIDTH = 100
"""Columns of a page that goes to a file; rich would take 80, too few for the comparison."""


@click.command()
@click.option("--gate", required=True, type=click.Path(path_type=Path), help="Run of the gate.")
@click.option("--classifier", type=click.Path(path_type=Path), help="Run of the classifier.")
@click.option(
    "--instances",
    type=click.Path(path_type=Path),
    help="Run of the instance network, which outlines defects.",
)
@click.option(
    "--windows",
    type=SIZE,
    multiple=True,
    help="Size of a window that the instance network sees at once; repeat for several. [default: "
    "the run's, and the whole frame where that is larger]",
)
@click.option(
    "--data",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder with the data that the runs were trained on.",
)
@click.option("--splits", type=click.Path(path_type=Path), help="Split file that they used.")
@click.option("--name", required=True, callback=allowed_name, help="What the bundle is called.")
@click.option(
    "--description", required=True, callback=one_line, help="What the bundle is for, one line."
)
@click.option(
    "--simulated",
    is_flag=True,
    help="State that the data is simulated. [default: whether `data simulate` wrote it]",
)
@click.option(
    "--out",
    required=True,
    callback=bundle_name,
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"Bundle to write, FILE{SUFFIX}.",
)
@click.option(
    "--margin",
    type=PERCENT,
    default=1.0,
    show_default=True,
    help="Percentage points by which int8's accuracy may be below float's.",
)
@click.option(
    "--recall-margin",
    type=PERCENT,
    default=5.0,
    show_default=True,
    help="Percentage points by which int8's recall of a class may be below float's.",
)
@click.option(
    "--auroc-margin",
    type=PERCENT,
    default=0.5,
    show_default=True,
    help="Hundredths by which int8's AUROC may be below float's.",
)
@click.option(
    "--ap-margin",
    type=PERCENT,
    default=2.0,
    show_default=True,
    help="Percentage points by which the shrunk instance networks' AP50 may be below float's.",
)
@click.option(
    "--alpha",
    type=SHARE,
    default=0.05,
    show_default=True,
    help="Greatest share of defective groups that the gate may let through.",
)
@click.option(
    "--class-alpha",
    type=SHARE,
    default=0.1,
    show_default=True,
    help="The same of the groups that show a class, for each class that enough groups show.",
)
@click.option(
    "--bind-classes",
    is_flag=True,
    help="Lower the gate's threshold until the promise of each class holds too. [default: state"
    " which hold]",
)
@click.option(
    "--delta",
    type=SHARE,
    default=0.05,
    show_default=True,
    help="Chance that one of the gate's promises fails.",
)
@click.option(
    "--unit",
    type=click.Choice(["frame", "tile"]),
    default="frame",
    show_default=True,
    help="What the thresholds are chosen for: a whole frame, judged by its worst region, or each "
    "tile as a frame of its own.",
)
@click.option(
    "--golden",
    type=click.IntRange(1, 32),
    default=4,
    show_default=True,
    help="Golden frames, drawn by the simulator.",
)
@click.option(
    "--rungs",
    multiple=True,
    type=click.Choice(["all", *(name for name in NAMED if NAMED[name] not in DEFAULT)]),
    help="Another form of every network to make, judge and pack; repeat for several. Outlines take "
    "minutes to judge in int16x8 on x86. [default: float32 and int8, as TFLite and as ONNX]",
)
@click.option(
    "--calibrate",
    type=click.Choice(CALIBRATIONS),
    default="minmax",
    show_default=True,
    help="What sets the ranges of int8; another than minmax is kept where it is better on val.",
)
@click.option(
    "--mixed",
    is_flag=True,
    help="Leave the layers in float that add most of int8's noise, where that is better on val.",
)
@click.option(
    "--qat",
    type=click.IntRange(0, 50),
    default=0,
    metavar="EPOCHS",
    help="Fine-tune gate and classifier with rounded numbers for so many epochs, where that is "
    "better on val.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write the report to besides, with pictures and latencies.",
)
@click.option(
    "--pack-pictures",
    is_flag=True,
    help="Pack pictures of the holdout into the bundle's report. [default: of simulated data]",
)
@click.option(
    "--sign",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="KEY",
    help="Sign the bundle with this secret key, NAME.key.pem.",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Leave the holdout closed: judge everything on val, and pack nothing.",
)
@click.option("--force", is_flag=True, help="Replace OUT, and the report, if they exist.")
def export(
    gate: Path,
    classifier: Path | None,
    instances: Path | None,
    windows: tuple[tuple[int, int], ...],
    data: Path,
    splits: Path | None,
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
    order = Order(
        Label(name, description, simulated, creation_time()),
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
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        console.width = WIDTH
    with Progress(console) as progress:
        exported = make_bundle(
            order,
            *runs,
            opened,
            progress,
            show=console.print,
            instances=outlines,
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
