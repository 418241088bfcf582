"""Reader for class folders: one folder of pictures a class, below one a split or not.

``SPLIT/CLASS/pictures``, or ``CLASS/pictures``. ``groups.csv`` (file, class, group) in the data
folder names near-duplicates. Folders called ``clean``, ``good``, ``ok``, ``normal`` or the like
hold pictures without a defect.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from edge.core.errors import DataError, ImageError, LabelError, MillsightError
from edge.core.images import SUFFIXES, read_grey
from train.data.coco_paths import stem
from train.data.complaints import Complain, refuse
from train.data.sample import LEAST_SIDE, MOST_SIDE, DataSet, Instance, Sample
from train.data.sources import BY_CLASSES, NOT_STATED
from train.data.split_names import standard_split

CLEAN = frozenset(
    {"clean", "good", "ok", "normal", "none", "free", "no_defect", "no-defect", "defect_free"}
)
"""Names of folders, lower case, whose pictures show no defect."""

GROUPS = "groups.csv"
UNSPLIT = "unsplit"
"""Split of the samples of class folders that lie below no split's folder."""


@dataclass(frozen=True, slots=True)
class ClassPicture:
    """A picture in a class folder."""

    path: Path
    name: str
    class_name: str
    split: str


def has_class_folders(root: Path) -> bool:
    """Whether a folder holds pictures one or two folders down."""
    return any(
        _pictures(folder) for child in _folders(root) for folder in (child, *_folders(child))
    )


def read_class_folders(root: Path, complain: Complain = refuse) -> DataSet:
    """Read the pictures' classes and sizes; a class covers the whole of its picture.

    Raises:
        DataError: Pictures lie both in ``CLASS/`` and in ``SPLIT/CLASS/``, or all are clean.
        LabelError: ``groups.csv`` is malformed, or puts a group into two splits; unless
            ``complain`` takes it.
        ImageError: A picture cannot be read, or is of a size that is not admitted; likewise.
    """
    pictures = _listed(root)
    names = sorted({p.class_name for p in pictures if p.class_name.lower() not in CLEAN})
    if not names:
        raise DataError(f"{root} has folders of clean pictures alone", "Add those with defects")
    classes = tuple(names)
    group_of = _groups(root, complain)
    split_of_group: dict[str, str] = {}
    samples: list[Sample] = []
    for picture, size in zip(pictures, _sizes(pictures), strict=True):
        try:
            if isinstance(size, MillsightError):
                raise size
            width, height = size
            group = group_of.get(picture.name, stem(picture.name))
            other = split_of_group.setdefault(group, picture.split)
            if other != picture.split:
                raise LabelError(
                    f"{root / GROUPS} has group {group!r} in both {other} and {picture.split}"
                    f" (there with {picture.name})",
                    "Put all pictures of a group into one split",
                )
        except MillsightError as error:
            complain(picture.path, error)
            continue
        whole = (0.0, 0.0, float(width), float(height))
        shown = [classes.index(picture.class_name)] if picture.class_name in classes else []
        instances = tuple(Instance(index, whole) for index in shown)
        samples.append(
            Sample(picture.path, width, height, instances, group, picture.split, picture.name)
        )
    source = BY_CLASSES.get(classes, NOT_STATED)
    return DataSet(
        name=root.resolve().name,
        root=root,
        classes=classes,
        samples=tuple(samples),
        source=source.source,
        terms=source.terms,
        notes=() if group_of else (f"no {GROUPS} names near-duplicates",),
        layout="class folders",
    )


def _listed(root: Path) -> list[ClassPicture]:
    """All pictures, in the order of their names."""
    flat, split = [], []
    for child in _folders(root):
        flat += [(path, child.name, UNSPLIT) for path in _pictures(child)]
        name = standard_split(child.name)
        split += [(p, inner.name, name) for inner in _folders(child) for p in _pictures(inner)]
    if flat and split:
        raise DataError(
            f"{root} has pictures both in CLASS/ ({flat[0][0].relative_to(root)}) and in"
            f" SPLIT/CLASS/ ({split[0][0].relative_to(root)})",
            "Keep to one of the two; pictures that belong to nothing go elsewhere",
        )
    return [
        ClassPicture(path, path.relative_to(root).as_posix(), class_name, split_name)
        for path, class_name, split_name in flat or split
    ]


def _folders(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))


def _pictures(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()
    )


def _sizes(pictures: Sequence[ClassPicture]) -> list[tuple[int, int] | MillsightError]:
    """Width and height of each picture, or what is wrong with it."""
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        return list(pool.map(lambda picture: _size(picture.path), pictures))


def _size(path: Path) -> tuple[int, int] | MillsightError:
    try:
        height, width = read_grey(path).shape
    except MillsightError as error:
        return error
    if not LEAST_SIDE <= min(width, height) <= max(width, height) <= MOST_SIDE:
        return ImageError(
            f"{path} is {width}×{height}",
            f"Sides from {LEAST_SIDE} to {MOST_SIDE} px are admitted: crop it, or leave it out",
        )
    return width, height


def _groups(root: Path, complain: Complain) -> dict[str, str]:
    """Groups by the pictures' names, of the file that states them."""
    path = root / GROUPS
    if not path.is_file():
        return {}
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            if not {"file", "group"} <= set(rows.fieldnames or ()):
                raise LabelError(f"{path} lacks the columns file,group", "Write them, or delete it")
            return {
                row["file"].replace("\\", "/"): row["group"]
                for row in rows
                if row["file"] and row["group"]
            }
    except LabelError as error:
        complain(path, error)
    except (csv.Error, UnicodeDecodeError) as error:
        complain(path, LabelError(f"{path} is not a CSV file ({error})", "Write it again"))
    return {}
