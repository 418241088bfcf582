"""``millsight export``: quantize, compare on the holdout, pack."""

from __future__ import annotations

import hashlib
import math
import re
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape

from edge.bundle import read_bundle
from edge.bundle.evidence import MAX_TEXT, NAME_PATTERN, Unit
from edge.bundle.load import SUFFIX
from edge.cli.options import SIZE
from edge.errors import UnwritableError
from edge.files import check_writable, write_whole
from export.doubts import doubts
from export.gate import Margins
from export.label import Label, creation_time
from export.pipeline import Order, make_bundle
from export.progress import Progress
from export.thresholds import Risk
from train.data import open_data
from train.data.severstal import is_simulated
from train.finished_run import read_run
from train.instances.finished import read_instances_run


def _bundle_name(ctx: click.Context, param: click.Parameter, path: Path) -> Path:
    if path.suffix != SUFFIX:
        raise click.BadParameter(f"{path} does not end in {SUFFIX}.")
    return path


def _allowed_name(ctx: click.Context, param: click.Parameter, name: str) -> str:
    if not re.fullmatch(NAME_PATTERN, name):
        raise click.BadParameter(
            f"{name!r} is not up to 64 of A-Z, a-z, 0-9, space, '.', '_' and '-', starting with a "
            f"letter or digit."
        )
    return name


def _one_line(ctx: click.Context, param: click.Parameter, text: str) -> str:
    if not text.strip() or len(text) > MAX_TEXT or not text.isprintable():
        raise click.BadParameter(f"write one line of up to {MAX_TEXT} characters.")
    return text.strip()


class _Range(click.FloatRange):
    """A number within bounds; not-a-number, which is neither in nor out, is refused."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read a number."""
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is no number", param, ctx)
        return number


WIDTH = 100
"""Columns of a page that goes to a file; rich would take 80, too few for the comparison."""

PERCENT = _Range(0, 100)
SHARE = _Range(0, 1, min_open=True, max_open=True)


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
@click.option("--name", required=True, callback=_allowed_name, help="What the bundle is called.")
@click.option(
    "--description", required=True, callback=_one_line, help="What the bundle is for, one line."
)
@click.option(
    "--simulated",
    is_flag=True,
    help="State that the data is simulated. [default: whether `data simulate` wrote it]",
)
@click.option(
    "--out",
    required=True,
    callback=_bundle_name,
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
    "--min-items",
    type=click.IntRange(min=1),
    default=30,
    show_default=True,
    help="Classes with fewer holdout items are shown and not judged.",
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
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
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
    min_items: int,
    ap_margin: float,
    alpha: float,
    class_alpha: float,
    bind_classes: bool,
    delta: float,
    unit: Unit,
    golden: int,
    force: bool,
) -> None:
    """Quantize trained networks, compare int8 with float on the holdout, pack a bundle.

    Thresholds are chosen on val. Where int8 is worse than float by more than a margin, nothing is
    written. With SOURCE_DATE_EPOCH set, the same inputs give the same bytes.
    """
    if windows and instances is None:
        raise click.UsageError("--windows is about the instance network: give --instances too.")
    margins = Margins(margin / 100, recall_margin / 100, min_items, ap_margin / 100)
    # Ahead of minutes of work: everything that can be refused at once.
    check_writable(out)
    if out.exists() and not force:
        raise UnwritableError(f"{out} exists already", "Give --force to replace it")
    label = Label(name, description, simulated or is_simulated(data), creation_time())
    risk = Risk(alpha, class_alpha, delta, bind_classes)
    order = Order(label, margins, golden, risk, unit, windows)
    runs = read_run(gate), read_run(classifier) if classifier else None
    outlines = read_instances_run(instances) if instances else None
    opened = open_data(data, splits=splits)
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        console.width = WIDTH
    with Progress(console) as progress:
        content = make_bundle(
            order,
            *runs,
            opened,
            progress,
            show=console.print,
            instances=outlines,
        )
        write_whole(out, content)
    for doubt in doubts(read_bundle(content).manifest):
        console.print(f"[yellow]warning[/] {escape(doubt)}", soft_wrap=True)
    digest = hashlib.sha256(content).hexdigest()
    console.print(f"{out}: {len(content):,} bytes, SHA-256 {digest}", soft_wrap=True, markup=False)
