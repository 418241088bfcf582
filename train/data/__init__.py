"""Data sets for training and judging: readers, splits, tiles, checks, exploration, simulation."""

from __future__ import annotations

from pathlib import Path

from edge.core.errors import (
    DataError,
    MissingPathError,
    UnwritableError,
)
from train.atomic_paths import readable
from train.data.class_folders import has_class_folders, read_class_folders
from train.data.coco import read_coco
from train.data.coco_files import annotation_files
from train.data.complaints import Complain, refuse
from train.data.counts import split_names
from train.data.leaks import joined
from train.data.progress import ItemProgress, quiet
from train.data.sample import DataSet
from train.data.severstal import TABLE, read_severstal
from train.data.splits import STUDY_SHARES, apply_splits, split_data, write_splits

SPLIT_FILE = "splits.csv"


def open_data(
    root: Path,
    *,
    splits: Path | None = None,
    create: bool = False,
    progress: ItemProgress = quiet,
) -> DataSet:
    """Open a data folder in any layout; images are not read.

    Splits are those of ``splits``, else of ``root/splits.csv`` where that exists, whatever the
    layout; else COCO's and class folders' own, from the names of files and folders.

    Args:
        root: The data folder.
        splits: A split file, which must be there.
        create: Deal a set that has no splits of its own, near-duplicates together, with seed 0 and
            the study's shares, and write ``root/splits.csv``. Only what trains may: to judge on
            splits dealt just now is to judge on what may have been trained on.
        progress: Shows how near-duplicates are sought, where the set is dealt.

    Raises:
        MissingPathError: There is no such folder, or no split file.
        DataError: It holds no known layout, no images, or the split file does not fit it.
        LabelError: Its labels are wrong.
        UnwritableError: A new split file cannot be written.
    """
    data = read_unsplit(root)
    path = splits or root / SPLIT_FILE
    with readable(path):
        there = path.exists()
    if there:
        return apply_splits(data, path)
    if splits is not None:
        raise MissingPathError(
            f"there is no split file {path}",
            f"Write it with: millsight data split {root} --out {path}",
        )
    undealt = is_severstal(root)
    if not undealt and not (create and _is_undealt(data)):
        return data
    if not create:
        raise MissingPathError(
            f"{root} is not split yet: there is no {path}", f"Split it with: {_split(root)}"
        )
    dealt = split_data(joined(data, progress))
    try:
        write_splits(path, dealt.samples)
    except UnwritableError as error:
        raise UnwritableError(error.what, f"Write it elsewhere: {_split(root)}") from None
    return apply_splits(data, path)


def _is_undealt(data: DataSet) -> bool:
    """Whether a set's own splits part nothing: one COCO file, or class folders without splits.

    One that is called ``train``, ``val`` or ``holdout`` is a part of something, and left as it is.
    """
    names = split_names(data)
    return len(names) == 1 and names[0] not in STUDY_SHARES


def _split(root: Path) -> str:
    """The command that splits a folder, and what to add where it is read-only."""
    return f"millsight data split {root} (or with --out FILE, then --splits FILE)"


def read_unsplit(root: Path, complain: Complain = refuse) -> DataSet:
    """Read a data folder in any layout without touching a split file.

    Raises:
        MissingPathError: There is no such folder.
        DataError: It holds no known layout, or no images, or cannot be looked into.
        LabelError: Its labels are wrong, unless ``complain`` takes it.
    """
    with readable(root):
        if not root.is_dir():
            raise MissingPathError(f"there is no data folder {root}")
        if is_severstal(root):
            return read_severstal(root, complain)
        if annotation_files(root):
            return read_coco(root, complain)
        if has_class_folders(root):
            return read_class_folders(root, complain)
    raise DataError(
        f"{root} holds neither train.csv beside train_images/, nor instances_NAME.json, nor a"
        " folder of pictures for each class",
        "Name the folder that holds them; YOLO, VOC, LabelMe, CVAT and Label Studio exports are"
        " converted with: millsight data convert --from FORMAT",
    )


def is_severstal(root: Path) -> bool:
    """Whether a folder has the competition's layout."""
    return (root / TABLE).is_file() or (root / "train_images").is_dir()
