"""Options of ``millsight export``."""

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
        help="Run of the instance network.",
    ),
    click.option(
        "--windows",
        type=SIZE,
        multiple=True,
        help="Input size of the instance network; repeatable. "
        "[default: the run's, and the whole frame if that is larger]",
    ),
    click.option(
        "--data",
        required=True,
        type=click.Path(path_type=Path),
        help="Folder with the runs' training data.",
    ),
    click.option("--splits", type=click.Path(path_type=Path), help="Split file of the training."),
    click.option(
        "--also",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Add the val images of this data set when choosing thresholds, temperatures and drift "
        "limits of gate and classifier: same classes, same line, not used by any run's training. "
        "Repeatable.",
    ),
    click.option("--name", required=True, callback=allowed_name, help="Name of the bundle."),
    click.option(
        "--description", required=True, callback=one_line, help="Purpose of the bundle, one line."
    ),
    click.option(
        "--simulated",
        is_flag=True,
        help="Mark the data as simulated. [default: whether `data simulate` wrote it]",
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
        help="Largest loss of int8's accuracy against float's, percentage points.",
    ),
    click.option(
        "--recall-margin",
        type=PERCENT,
        default=5.0,
        show_default=True,
        help="Largest loss of int8's recall of a class against float's, percentage points.",
    ),
    click.option(
        "--auroc-margin",
        type=PERCENT,
        default=0.5,
        show_default=True,
        help="Largest loss of int8's AUROC against float's, hundredths.",
    ),
    click.option(
        "--ap-margin",
        type=PERCENT,
        default=2.0,
        show_default=True,
        help="Largest loss of the quantized instance networks' AP50, percentage points.",
    ),
    click.option(
        "--alpha",
        type=SHARE,
        default=0.05,
        show_default=True,
        help="Largest share of defective groups that the gate may miss.",
    ),
    click.option(
        "--class-alpha",
        type=SHARE,
        default=0.1,
        show_default=True,
        help="The same for the groups of each class that has enough of them.",
    ),
    click.option(
        "--bind-classes",
        is_flag=True,
        help="Lower the gate's threshold until every class promise holds. [default: state which"
        " hold]",
    ),
    click.option(
        "--delta",
        type=SHARE,
        default=0.05,
        show_default=True,
        help="Probability that one of the gate's promises fails.",
    ),
    click.option(
        "--unit",
        type=click.Choice(["frame", "tile"]),
        default="frame",
        show_default=True,
        help="Unit of the thresholds: a whole frame, scored by its worst region, or each tile as a "
        "frame of its own.",
    ),
    click.option(
        "--golden",
        type=click.IntRange(1, 32),
        default=4,
        show_default=True,
        help="Number of golden frames, drawn by the simulator.",
    ),
    click.option(
        "--rungs",
        multiple=True,
        type=click.Choice(["all", *(name for name in NAMED if NAMED[name] not in DEFAULT)]),
        help="Another form of every network to convert, evaluate and pack; repeatable. Evaluating "
        "instances in int16x8 takes minutes on x86. "
        "[default: float32 and int8, as TFLite and as ONNX]",
    ),
    click.option(
        "--calibrate",
        type=click.Choice(CALIBRATIONS),
        default="minmax",
        show_default=True,
        help="Calibration method of int8; percentile is kept only if it is better on val.",
    ),
    click.option(
        "--mixed",
        is_flag=True,
        help="Mixed precision: keep the layers with most int8 noise in float, if that is better "
        "on val.",
    ),
    click.option(
        "--qat",
        type=click.IntRange(0, 50),
        default=0,
        metavar="EPOCHS",
        help="Quantization-aware training of gate and classifier for so many epochs, kept if it is "
        "better on val.",
    ),
    click.option(
        "--report",
        type=click.Path(path_type=Path, file_okay=False),
        help="Also write the report to this folder, with pictures and latencies.",
    ),
    click.option(
        "--pack-pictures",
        is_flag=True,
        help="Pack pictures of the holdout into the bundle's report. [default: if simulated]",
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
        help="Keep the holdout closed: evaluate on val only, and pack nothing.",
    ),
    click.option("--force", is_flag=True, help="Replace OUT, and the report, if they exist."),
)
"""All options of ``millsight export``."""
