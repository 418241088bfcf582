"""Shared options of the ``millsight train`` commands."""

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
        help="Train even if near-duplicates are in different splits; the figures will be too good.",
    ),
)
"""``--data``, ``--splits`` and ``--allow-leaks``."""

epochs_option = click.option(
    "--epochs", type=COUNT, help="Passes over the training items. [default: the network's]"
)
batch_option = click.option("--batch", type=COUNT, help="Batch size. [default: the network's]")
rate_option = click.option(
    "--learning-rate",
    type=click.FloatRange(min=0, min_open=True),
    help="Peak learning rate. [default: the network's]",
)
seed_option = click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Seed of initial weights, item order and augmentation.",
)

resume_options = with_options(
    click.option("--resume", is_flag=True, help="Continue an interrupted run."),
    click.option("--overwrite", is_flag=True, help="Replace an existing run."),
)
"""``--resume`` and ``--overwrite``."""


def out_option(default: str) -> Callable[[Command], Command]:
    """``--out``, the folder of the run."""
    return click.option(
        "--out",
        type=click.Path(path_type=Path),
        help=f"Folder for the run. [default: {default}]",
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
        " [default: 200x128; the study's networks take whole frames]",
    ),
    click.option(
        "--stride",
        type=SIZE,
        help="Step between training tiles in pixels, across and along; tiles overlap if it is less"
        " than a tile. [default: the tile's size]",
    ),
    click.option(
        "--squash",
        is_flag=True,
        help="Resize whole frames to 256x256, as the study did. [default for its networks]",
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
        help="Stop when val loss has not improved for so many epochs. [default: never]",
    ),
    best_option(
        "Keep the weights of the epoch with the lowest val loss, or of the last."
        " [default: best for compact, last for the study's]"
    ),
    click.option(
        "--items-per-epoch",
        type=COUNT,
        help="Items drawn per epoch. [default: the number of training items]",
    ),
    click.option(
        "--weights",
        metavar="PATH",
        help="Initial weights: a run, a .keras file, or an .npz of Keras layer names such as"
        " ImageNet's for mobilenet. [default: random]",
    ),
    click.option(
        "--also",
        multiple=True,
        metavar="DIR",
        help="Also train on the train images of this data set. If its classes differ, only the gate"
        " can use it, as defective or clean. Repeatable.",
    ),
    click.option(
        "--teacher",
        "teachers",
        multiple=True,
        metavar="RUN",
        help="Distil from this run; repeat it to use the mean of several.",
    ),
    click.option(
        "--holdout/--no-holdout",
        default=True,
        help="Evaluate the holdout at the end, which is logged; skip it in trials."
        " [default: evaluate it]",
    ),
    click.option(
        "--rough",
        is_flag=True,
        help="Augment with more noise, dust, motion blur and strip edge; costs a small network"
        " accuracy on clean frames.",
    ),
    click.option("--limit", type=COUNT, help="Use only so many training items, for trials."),
    resume_options,
)
"""All options of the gate's and the classifier's training."""
