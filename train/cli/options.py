"""The options of ``millsight train``'s commands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from edge.cli.options import SIZE, with_options
from train.networks import NETWORKS


def _network_help() -> str:
    return "; ".join(f"{n.name}: {n.about}" for n in NETWORKS.values()) + "."


Command = Callable[..., Any]

COUNT = click.IntRange(min=1)

data_options = with_options(
    click.option(
        "--data",
        required=True,
        type=click.Path(path_type=Path),
        help="Folder with labelled frames: Severstal's layout, COCO instances, or class folders.",
    ),
    click.option(
        "--splits",
        type=click.Path(path_type=Path),
        help="Split file. [default: the data set's own, written if missing]",
    ),
    click.option(
        "--allow-leaks",
        is_flag=True,
        help="Train although images of one split share surface with images of another, so that"
        " figures are too good.",
    ),
)
"""``--data``, ``--splits`` and ``--allow-leaks``."""

epochs_option = click.option(
    "--epochs", type=COUNT, help="Passes over the items. [default: the network's]"
)
batch_option = click.option("--batch", type=COUNT, help="Items a step. [default: the network's]")
rate_option = click.option(
    "--learning-rate",
    type=click.FloatRange(min=0, min_open=True),
    help="Peak rate. [default: the network's]",
)
seed_option = click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Seed of the first weights, of the order of items and of augmentation.",
)

sitting_options = with_options(
    click.option("--resume", is_flag=True, help="Go on with an interrupted run."),
    click.option("--overwrite", is_flag=True, help="Train anew over a run that is there."),
)
"""``--resume`` and ``--overwrite``."""


def out_option(default: str) -> Callable[[Command], Command]:
    """``--out``, the run's folder."""
    return click.option(
        "--out",
        type=click.Path(path_type=Path),
        help=f"Folder of the run. [default: {default}]",
    )


def best_option(help_text: str) -> Callable[[Command], Command]:
    """``--best-weights`` and ``--last-weights``."""
    return click.option("--best-weights/--last-weights", default=None, help=help_text)


training_options = with_options(
    data_options,
    click.option(
        "--network",
        type=click.Choice(list(NETWORKS)),
        default="compact",
        show_default=True,
        help=_network_help(),
    ),
    out_option("runs/TASK-NETWORK"),
    click.option(
        "--region",
        type=SIZE,
        help="Cut frames into tiles of this width and height in pixels."
        " [default: 200x128, but for the study's networks]",
    ),
    click.option(
        "--stride",
        type=SIZE,
        help="Cut training tiles at steps of so many pixels across and along, overlapping one"
        " another. [default: side by side]",
    ),
    click.option(
        "--squash",
        is_flag=True,
        help="Squash whole frames to 256x256, as the study did. [default for its networks]",
    ),
    epochs_option,
    batch_option,
    rate_option,
    seed_option,
    click.option(
        "--early-stopping",
        "patience",
        type=COUNT,
        metavar="EPOCHS",
        help="Stop when val loss has not fallen for so many epochs. [default: never]",
    ),
    best_option(
        "Keep the epoch with the lowest val loss, or the last."
        " [default: best for compact, last for the study's]"
    ),
    click.option(
        "--items-per-epoch",
        type=COUNT,
        help="Draw so many items an epoch. [default: as many as there are]",
    ),
    click.option(
        "--weights",
        metavar="PATH",
        help="Start from these weights: a run, a .keras file, or an .npz of Keras layer names such"
        " as ImageNet's for mobilenet. [default: from scratch]",
    ),
    click.option(
        "--also",
        multiple=True,
        metavar="DIR",
        help="Learn from the train images of this data set too. One of other classes is for the"
        " gate alone, as defective or clean. May be given again.",
    ),
    click.option(
        "--teacher",
        "teachers",
        multiple=True,
        metavar="RUN",
        help="Learn from this run's answers too; give it again for the mean of several.",
    ),
    click.option(
        "--holdout/--no-holdout",
        default=True,
        help="Judge the holdout at the end, which is logged; leave it closed for trials."
        " [default: judge it]",
    ),
    click.option(
        "--rough",
        is_flag=True,
        help="Learn to stand more noise, dirt, motion blur and slivers of the strip's edge; costs a"
        " small network accuracy on strip as it comes.",
    ),
    click.option("--limit", type=COUNT, help="Use so many training items, for trying out."),
    sitting_options,
)
"""Gives a command all options of the gate's and the classifier's training."""
