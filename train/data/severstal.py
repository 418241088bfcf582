"""Reader for Severstal as the competition ships it: ``train.csv`` beside ``train_images/``.

Both header forms are read: ``ImageId,ClassId,EncodedPixels`` (a row for each image and class with
a defect) and the older ``ImageId_ClassId,EncodedPixels`` (four rows an image, empty where there is
none). Images without a row are clean. ``test_images/`` has no labels and is read as unlabelled.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from edge.core.errors import (
    DataError,
    ImageError,
    LabelError,
    MillsightError,
    MissingPathError,
)
from edge.core.images import SUFFIXES
from edge.core.regular_files import read_regular, read_start
from edge.core.rle import check_runs, parse_kaggle
from train.data.complaints import Complain, refuse, shown
from train.data.runs import bounding_box, connected_parts, from_columns
from train.data.sample import UNLABELLED, DataSet, Instance, Sample
from train.data.sources import SEVERSTAL, Source

WIDTH, HEIGHT = 1600, 256
CLASSES = ("1", "2", "3", "4")
NUISANCES = ("oil", "water")
"""Background in this set: on its frames both lie on strip that carries no label."""

TABLE, IMAGES, TEST_IMAGES = "train.csv", "train_images", "test_images"
ABOUT = "simulated.json"
"""Written beside ``train.csv`` by ``millsight data simulate``; says that the set is simulated."""

UNSPLIT = "unsplit"
"""Split of labelled samples until a split file names it."""

_FORMS = "ImageId,ClassId,EncodedPixels or ImageId_ClassId,EncodedPixels"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of ``train.csv`` that carries run lengths or an empty field."""

    where: str
    stem: str
    image: str
    class_index: int
    text: str


def read_severstal(root: Path, complain: Complain = refuse) -> DataSet:
    """Read the labels and list the images; no image is opened, and none has a split yet.

    Instances are the connected parts of each class's mask. Images are found by stem, whatever
    their suffix.

    Raises:
        MissingPathError: ``train_images/`` is missing.
        LabelError: Missing columns, unknown class, bad run lengths, unless ``complain`` takes it.
        DataError: ``train.csv`` is empty, or names images that are not there; likewise.
    """
    table, folder = root / TABLE, root / IMAGES
    if not folder.is_dir():
        raise MissingPathError(f"there is no folder {folder}", f"Unpack it beside {TABLE}")
    images = _images(folder, complain)
    if not images:
        raise DataError(f"{folder} holds no images", "Unpack the competition's images there")
    instances: dict[str, list[Instance]] = {}
    missing: dict[str, None] = {}
    seen: set[tuple[str, int]] = set()
    faulty = False

    def note(path: Path, error: MillsightError) -> None:
        nonlocal faulty
        faulty = True
        complain(path, error)

    for row in _rows(table, note):
        if row.stem not in images:
            missing[row.image] = None
            continue
        try:
            if (row.stem, row.class_index) in seen:
                raise LabelError(f"{row.where}: a second row of this image and class")
            seen.add((row.stem, row.class_index))
            instances.setdefault(row.stem, []).extend(_instances(row))
        except MillsightError as error:
            note(table, error)
    if not seen and not missing and not faulty and not is_simulated(root):
        raise DataError(
            f"{table} has no rows", "Copy it again: the competition's holds 7,095 masks"
        )
    if missing:
        lost = DataError(
            f"{table} names {len(missing)} images that are not in {IMAGES}/: {shown([*missing])}",
            "Unpack all images, or leave out the rows of those that are missing",
        )
        complain(table, lost)
    samples = [
        Sample(path, WIDTH, HEIGHT, tuple(instances.get(stem, ())), stem, UNSPLIT)
        for stem, path in images.items()
    ]
    tests = _images(root / TEST_IMAGES, complain) if (root / TEST_IMAGES).is_dir() else {}
    samples += [Sample(path, WIDTH, HEIGHT, (), stem, UNLABELLED) for stem, path in tests.items()]
    source = _source(root)
    return DataSet(
        name=root.resolve().name,
        root=root,
        classes=CLASSES,
        samples=tuple(samples),
        source=source.source,
        terms=source.terms,
        nuisances=NUISANCES,
        layout="severstal",
    )


def is_simulated(root: Path) -> bool:
    """Whether the simulator wrote this folder."""
    return (root / ABOUT).is_file()


def _source(root: Path) -> Source:
    if not is_simulated(root):
        return SEVERSTAL
    try:
        about = json.loads(read_regular(root / ABOUT))
        return Source(str(about["source"]), str(about["terms"]))
    except (OSError, ValueError, KeyError, TypeError):
        raise DataError(f"{root / ABOUT} cannot be read", "Simulate the data again") from None


def _images(folder: Path, complain: Complain) -> dict[str, Path]:
    """Image files of a folder by stem, in the order of their names."""
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in SUFFIXES or path.name.startswith("."):
            continue
        if not path.is_file():  # A pipe would be waited for.
            complain(path, ImageError(f"{path} is not a file", "Take it out of the folder"))
            continue
        if path.stem in found:
            error = DataError(f"{found[path.stem]} and {path.name} are one image", "Keep one")
            complain(path, error)
            continue
        found[path.stem] = path
    return found


def _instances(row: Row) -> list[Instance]:
    """The connected parts of one row's mask; none where its field is empty.

    Raises:
        LabelError: The run lengths cannot be decoded; says in which line.
    """
    try:
        runs = parse_kaggle(row.text)
        check_runs(runs, WIDTH * HEIGHT)
    except LabelError as error:
        hint = "Pixels count from 1, down each column first, on 1600×256 images"
        raise LabelError(f"{row.where}: {error.what}", hint) from None
    return [
        Instance(row.class_index, bounding_box(part), from_columns(part, HEIGHT))
        for part in connected_parts(runs, HEIGHT)
    ]


def _rows(table: Path, complain: Complain) -> Iterator[Row]:
    try:
        # A field may hold more run lengths than csv's default limit of 128 KiB.
        csv.field_size_limit(WIDTH * HEIGHT * 16)
        read_start(table, 0)  # A pipe would be waited for.
        with open(table, newline="", encoding="utf-8-sig") as file:
            delimiter = _delimiter(file.readline())
            file.seek(0)
            yield from _parse(table, csv.reader(file, delimiter=delimiter), complain)
    except FileNotFoundError:
        raise MissingPathError(f"there is no {table}") from None
    except OSError as error:
        raise LabelError(f"{table} cannot be read: {error.strerror}") from None
    except (csv.Error, UnicodeDecodeError) as error:
        raise LabelError(f"{table} is not a CSV file ({error})", "Copy it again") from None


def _delimiter(header: str) -> str:
    """What parts the fields of a table: spreadsheets in many languages write semicolons."""
    return max(",;\t", key=header.count)


def _parse(table: Path, lines: Iterator[list[str]], complain: Complain) -> Iterator[Row]:
    header = [name.strip() for name in next(lines, [])]
    if not header:
        raise DataError(f"{table} is empty", "Copy it again from the competition's archive")
    twice = [name for name, count in Counter(header).items() if count > 1]
    joined = "ImageId_ClassId" in header
    needed = ["ImageId_ClassId"] if joined else ["ImageId", "ClassId"]
    lacking = [name for name in [*needed, "EncodedPixels"] if name not in header]
    if lacking or twice:
        fault = f"lacks the column {', '.join(lacking)}" if lacking else f"repeats {twice[0]}"
        raise LabelError(f"{table} {fault}", f"Its first line must be {_FORMS}")
    at = {name: header.index(name) for name in [*needed, "EncodedPixels"]}
    for number, cells in enumerate(lines, start=2):
        if not cells:
            continue
        try:
            if len(cells) != len(header):
                fault = f"has {len(cells)} fields, its header {len(header)}"
                raise LabelError(f"{table} line {number} {fault}")
            key = [cells[at[name]].strip() for name in needed]
            image, _, class_id = key[0].rpartition("_") if joined else (key[0], "", key[1])
            where = f"{table} line {number} ({image}, class {class_id})"
            if not image:
                raise LabelError(f"{where}: no image is named")
            class_id = class_id.removesuffix(".0")  # As pandas writes a column with gaps.
            if class_id not in CLASSES:
                raise LabelError(f"{where}: the class is not one of 1, 2, 3 and 4")
            text = cells[at["EncodedPixels"]]
            yield Row(where, Path(image).stem, image, CLASSES.index(class_id), text)
        except LabelError as error:
            complain(table, error)
