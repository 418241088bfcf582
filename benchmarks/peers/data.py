"""Writes a data set in Ultralytics' format: the same splits, the same pixels, grey.

    python -m benchmarks.peers.data ../shared/data/cr7 --task detect --out runs/peers/cr7/data

Images are written as PNG, so that both sides see the pixels of the same decoder. In addition there
are two sets for int8 calibration, both from train only (strips, and frames composed of strips), and
frames of val and holdout for timing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import click
import numpy as np

from benchmarks.peers.mosaics import dense_frames
from benchmarks.peers.polygons import polygon_of
from edge.core.errors import LabelError
from edge.core.images import write_image
from train.data import open_data
from train.data.progress import track
from train.data.sample import DataSet, Instance, Sample

SPLITS = ("train", "val", "holdout")
DETECT, SEGMENT = "detect", "segment"

CALIBRATION = 300
"""Number of images that Ultralytics' documentation recommends."""

FRAMES = 100


def label_line(instance: Instance, width: int, height: int, task: str) -> str:
    """One line of a label file: the class, then fractions of the image's width and height.

    A box is written as centre and size, an outline as the vertices of one polygon.

    Raises:
        LabelError: ``SEGMENT`` with an instance that has only a box.
    """
    if task == DETECT:
        x, y, w, h = instance.box
        numbers = np.array([[x + w / 2, y + h / 2], [w, h]])
    else:
        mask = instance.mask(height, width)
        if mask is None or not mask.any():
            raise LabelError("an instance has no mask", f"Convert the set with --task {DETECT}")
        numbers = polygon_of(mask)
    shares = (numbers / (width, height)).ravel()
    return " ".join([str(instance.class_index), *(f"{share:.6f}" for share in shares)])


def write_data(data: DataSet, out: Path, task: str, seed: int = 0) -> None:
    """Write images, labels and descriptions into a new folder.

    Args:
        data: A split data set.
        out: The folder.
        task: ``DETECT`` or ``SEGMENT``.
        seed: Seed of the draws for calibration and frames.

    Raises:
        LabelError: As in ``label_line``.
        ImageError: An image cannot be read.
    """
    for split in SPLITS:
        samples = data.of(split)
        for sample in track(samples, f"writing {split}", len(samples)):
            lines = [label_line(i, sample.width, sample.height, task) for i in sample.instances]
            _write(out, split, f"{sample.name}.png", sample, lines)
        frames = dense_frames(samples, FRAMES, seed)
        for frame in track(frames, f"writing frames of {split}", len(frames)):
            _write(out, f"frames_{split}", f"{frame.name}.png", frame, ())
    strips = data.of("train")
    drawn = np.random.default_rng(seed).permutation(len(strips))[:CALIBRATION]
    names = [f"./images/train/{strips[i].name}.png" for i in sorted(drawn)]
    (out / "calibration.txt").write_text("\n".join(names) + "\n")
    train, val, holdout = (f"images/{split}" for split in SPLITS)
    _describe(out, "data.yaml", data.classes, {"train": train, "val": val, "test": holdout})
    for name, images in (
        ("calibration.yaml", "calibration.txt"),
        ("calibration_frames.yaml", "images/frames_train"),
    ):
        _describe(out, name, data.classes, {"train": images, "val": images})


def _write(out: Path, split: str, name: str, sample: Sample, lines: Iterable[str]) -> None:
    image = out / "images" / split / name
    labels = (out / "labels" / split / name).with_suffix(".txt")
    image.parent.mkdir(parents=True, exist_ok=True)
    labels.parent.mkdir(parents=True, exist_ok=True)
    write_image(image, sample.read())
    labels.write_text("".join(f"{line}\n" for line in lines))


def _describe(out: Path, name: str, classes: Sequence[str], splits: dict[str, str]) -> None:
    """Write a data set's description; JSON is valid YAML."""
    about = {"path": str(out.resolve()), **splits, "channels": 1}
    (out / name).write_text(json.dumps(about | {"names": dict(enumerate(classes))}, indent=1))


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--task", type=click.Choice([DETECT, SEGMENT]), required=True)
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False))
@click.option("--splits", "split_file", type=click.Path(path_type=Path, dir_okay=False))
def main(folder: Path, task: str, out: Path, split_file: Path | None) -> None:
    """Write the data set in FOLDER for Ultralytics."""
    if out.exists() and any(out.iterdir()):
        raise click.ClickException(f"{out} is not empty; name a new folder")
    write_data(open_data(folder, splits=split_file), out, task)


if __name__ == "__main__":
    main()
