"""The options of ``millsight export``."""

from __future__ import annotations

from pathlib import Path

import click

from edge.bundle.load import SUFFIX
from edge.cli.options import SIZE, with_options
from export.cli.checks import (
    PERCENT,
    SHARE,
    allowed_name,
    bundle_name,
    one_line,
)
from export.convert.forms import DEFAULT, NAMED
from export.convert.quantization import CALIBRATIONS

export_options = with_options(
    click.option("--gate", required=True, type=click.Path(path_type=Path), help="Run of the gate."),
    click.option("--classifier", type=click.Path(path_type=Path), help="Run of the classifier."),
    click.option(
        "--instances",
        type=click.Path(path_type=Path),
        help="Run of the instance network, which outlines defects.",
    ),
    click.option(
        "--windows",
        type=SIZE,
        multiple=True,
        help="Size of a window that the instance network sees at once; repeat for several. "
        "[default: the run's, and the whole frame where that is larger]",
    ),
    click.option(
        "--data",
        required=True,
        type=click.Path(path_type=Path),
        help="Folder with the data that the runs were trained on.",
    ),
    click.option("--splits", type=click.Path(path_type=Path), help="Split file that they used."),
    click.option(
        "--also",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Choose gate and classifier (thresholds, temperatures, drift limits) on the val "
        "images of this data set too: of the same classes, from the same line, learnt from by no "
        "run. May be given again.",
    ),
    click.option("--name", required=True, callback=allowed_name, help="What the bundle is called."),
    click.option(
        "--description", required=True, callback=one_line, help="What the bundle is for, one line."
    ),
    click.option(
        "--simulated",
        is_flag=True,
        help="State that the data is simulated. [default: whether `data simulate` wrote it]",
    ),
    click.option(
        "--out",
        required=True,
        callback=bundle_name,
        type=click.Path(path_type=Path, dir_okay=False),
        help=f"Bundle to write, FILE{SUFFIX}.",
    ),
    click.option(
        "--margin",
        type=PERCENT,
        default=1.0,
        show_default=True,
        help="Percentage points by which int8's accuracy may be below float's.",
    ),
    click.option(
        "--recall-margin",
        type=PERCENT,
        default=5.0,
        show_default=True,
        help="Percentage points by which int8's recall of a class may be below float's.",
    ),
    click.option(
        "--auroc-margin",
        type=PERCENT,
        default=0.5,
        show_default=True,
        help="Hundredths by which int8's AUROC may be below float's.",
    ),
    click.option(
        "--ap-margin",
        type=PERCENT,
        default=2.0,
        show_default=True,
        help="Percentage points by which the shrunk instance networks' AP50 may be below float's.",
    ),
    click.option(
        "--alpha",
        type=SHARE,
        default=0.05,
        show_default=True,
        help="Greatest share of defective groups that the gate may let through.",
    ),
    click.option(
        "--class-alpha",
        type=SHARE,
        default=0.1,
        show_default=True,
        help="The same of the groups that show a class, for each class that enough groups show.",
    ),
    click.option(
        "--bind-classes",
        is_flag=True,
        help="Lower the gate's threshold until the promise of each class holds too. [default: state"
        " which hold]",
    ),
    click.option(
        "--delta",
        type=SHARE,
        default=0.05,
        show_default=True,
        help="Chance that one of the gate's promises fails.",
    ),
    click.option(
        "--unit",
        type=click.Choice(["frame", "tile"]),
        default="frame",
        show_default=True,
        help="What the thresholds are chosen for: a whole frame, judged by its worst region, or "
        "each tile as a frame of its own.",
    ),
    click.option(
        "--golden",
        type=click.IntRange(1, 32),
        default=4,
        show_default=True,
        help="Golden frames, drawn by the simulator.",
    ),
    click.option(
        "--rungs",
        multiple=True,
        type=click.Choice(["all", *(name for name in NAMED if NAMED[name] not in DEFAULT)]),
        help="Another form of every network to make, judge and pack; repeat for several. Outlines "
        "take minutes to judge in int16x8 on x86. "
        "[default: float32 and int8, as TFLite and as ONNX]",
    ),
    click.option(
        "--calibrate",
        type=click.Choice(CALIBRATIONS),
        default="minmax",
        show_default=True,
        help="What sets the ranges of int8; another than minmax is kept where it is better on val.",
    ),
    click.option(
        "--mixed",
        is_flag=True,
        help="Leave the layers in float that add most of int8's noise, where that is better on "
        "val.",
    ),
    click.option(
        "--qat",
        type=click.IntRange(0, 50),
        default=0,
        metavar="EPOCHS",
        help="Fine-tune gate and classifier with rounded numbers for so many epochs, where that is "
        "better on val.",
    ),
    click.option(
        "--report",
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder to write the report to besides, with pictures and latencies.",
    ),
    click.option(
        "--pack-pictures",
        is_flag=True,
        help="Pack pictures of the holdout into the bundle's report. [default: of simulated data]",
    ),
    click.option(
        "--sign",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="KEY",
        help="Sign the bundle with this secret key, NAME.key.pem.",
    ),
    click.option(
        "--dry-run",
        is_flag=True,
        help="Leave the holdout closed: judge everything on val, and pack nothing.",
    ),
    click.option("--force", is_flag=True, help="Replace OUT, and the report, if they exist."),
)
"""Gives the command all that an export may be asked for."""
