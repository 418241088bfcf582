"""Data sets for training and judging: readers, splits, tiles, checks, exploration, simulation."""

from __future__ import annotations

from pathlib import Path

from edge.errors import DataError, MissingPathError, UnwritableError
from train.data.coco import read_coco
from train.data.coco_files import annotation_files
from train.data.complaints import Complain, refuse
from train.data.sample import DataSet
from train.data.severstal import TABLE, read_severstal
from train.data.splits import apply_splits, split_data, write_splits

SPLIT_FILE = "splits.csv"


def open_data(root: Path, *, splits: Path | None = None) -> DataSet:
    """Open a data folder in either layout; images are not read.

    COCO takes its splits from the files' names, Severstal from ``splits`` (default
    ``root/splits.csv``), which is written with seed 0 and the study's shares where it is missing.
    With ``splits``, COCO is split by that file too.

    Raises:
        MissingPathError: There is no such folder.
        DataError: It holds neither layout, no images, or the split file does not fit it.
        LabelError: Its labels are wrong.
        UnwritableError: A new split file cannot be written.
    """
    data = read_unsplit(root)
    if splits is None and not is_severstal(root):
        return data
    path = splits or root / SPLIT_FILE
    if not path.exists():
        try:
            write_splits(path, split_data(data).samples)
        except UnwritableError as error:
            hint = f"Write it elsewhere: millsight data split {root} --out FILE, then --splits FILE"
            raise UnwritableError(error.what, hint) from None
    return apply_splits(data, path)


def read_unsplit(root: Path, complain: Complain = refuse) -> DataSet:
    """Read a data folder in either layout without touching a split file.

    Raises:
        MissingPathError: There is no such folder.
        DataError: It holds neither layout, or no images.
        LabelError: Its labels are wrong, unless ``complain`` takes it.
    """
    if not root.is_dir():
        raise MissingPathError(f"there is no data folder {root}")
    if is_severstal(root):
        return read_severstal(root, complain)
    if annotation_files(root):
        return read_coco(root, complain)
    raise DataError(
        f"{root} holds neither train.csv beside train_images/ nor instances_NAME.json",
        "Name the folder that holds them",
    )


def is_severstal(root: Path) -> bool:
    """Whether a folder has the competition's layout."""
    return (root / TABLE).is_file() or (root / "train_images").is_dir()
