"""Reader for COCO instances, one file a split, as the tools export them."""

from __future__ import annotations

import math
import os
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from edge.core.errors import (
    DataError,
    ImageError,
    LabelError,
    MillsightError,
)
from train.data.coco_files import (
    Id,
    annotation_files,
    categories,
    id_of,
    load,
    stated_nuisances,
    stated_source,
)
from train.data.coco_masks import segmentation_runs
from train.data.coco_paths import ImageFolders, stem
from train.data.complaints import Complain, refuse, shown
from train.data.runs import bounding_box, column_runs
from train.data.sample import LEAST_SIDE, MOST_SIDE, DataSet, Instance, Sample
from train.data.sources import BY_CLASSES, NOT_STATED


def read_coco(root: Path, complain: Complain = refuse) -> DataSet:
    """Read every split's annotations; no image is opened.

    The split is the file's NAME, the group is ``group`` on an image (without it each image is its
    own). Boxes are clipped to the image. An annotation without ``segmentation`` is a box alone,
    one without ``bbox`` takes its mask's. Regions of a crowd (``iscrowd``) are ignored areas and no
    defects. The set's nuisances are ``nuisances`` in ``info``.

    Raises:
        LabelError: A file is not COCO, or an annotation is wrong (unknown category or image, empty
            mask, box outside its image), unless ``complain`` takes it.
        DataError: No images, images that are missing, or a group in two splits; likewise. Unknown
            nuisances or two files of one split, always.
    """
    files = annotation_files(root)
    documents = {name: load(path) for name, path in files.items()}
    names = categories(files, documents)
    classes = tuple(names.values())
    reading = _Reading(ImageFolders(root), {id_: i for i, id_ in enumerate(names)}, complain)
    for split, document in documents.items():
        reading.add(split, files[split], document)
    if not reading.samples:
        raise DataError(
            f"{root} names no images that can be used",
            f"Export the annotations again, or see: millsight data check {root}",
        )
    source = stated_source(documents) or BY_CLASSES.get(classes, NOT_STATED)
    return DataSet(
        name=root.resolve().name,
        root=root,
        classes=classes,
        samples=reading.named_apart(),
        source=source.source,
        terms=source.terms,
        notes=reading.notes(),
        nuisances=stated_nuisances(files, documents),
    )


def _own_id(path: Path, image: dict[str, Any], known: dict[Id, str]) -> Id:
    """An image's id, by which annotations name it; ``known`` ones and their images grow by it.

    Raises:
        LabelError: It has none, or another image's: its annotations would be lost.
    """
    id_, name = image.get("id"), str(image.get("file_name"))
    if id_ is None:
        raise LabelError(f"{path}: image {name} has no id", "Export the annotations again")
    key = id_of(id_)
    if key in known:
        raise LabelError(
            f"{path}: image {name} has the id {id_!r} of image {known[key]}",
            "Give each image an id of its own, and its annotations that image_id",
        )
    known[key] = name
    return key


@dataclass
class _Reading:
    """Samples gathered over the files, and what was noticed on the way."""

    folders: ImageFolders
    class_of: dict[Id, int]
    complain: Complain
    samples: list[Sample] = field(default_factory=list)
    clipped: int = 0
    farthest: float = 0.0
    ungrouped: int = 0
    crowds: int = 0
    _split_of_file: dict[Path, str] = field(default_factory=dict)
    _split_of_group: dict[str, str] = field(default_factory=dict)

    def add(self, split: str, path: Path, document: dict[str, Any]) -> None:
        """Read one split's file."""
        instances: dict[Any, list[dict[str, Any]]] = defaultdict(list)
        for annotation in document["annotations"]:
            instances[id_of(annotation.get("image_id"))].append(annotation)
        missing: list[str] = []
        known: dict[Id, str] = {}
        for image in document["images"]:
            try:
                own = _own_id(path, image, known)
                sample = self._sample(split, path, image, instances.pop(own, []))
            except MillsightError as error:
                self.complain(path, error)
                continue
            if sample is None:
                missing.append(str(image["file_name"]))
            else:
                self.samples.append(sample)
        if missing:
            self.complain(
                path,
                DataError(
                    f"{path} names {len(missing)} images that are not there: {shown(missing)}",
                    f"Copy the images to {self.folders.root / 'images'}, or export the annotations"
                    " again",
                ),
            )
        for image_id, lost in instances.items():
            words = f"{path}: {len(lost)} annotations of unknown image id {image_id!r}"
            self.complain(path, LabelError(words))

    def _sample(
        self, split: str, path: Path, image: dict[str, Any], annotations: list[dict[str, Any]]
    ) -> Sample | None:
        try:
            file_name = str(image["file_name"])
            width, height = int(image["width"]), int(image["height"])
        except (KeyError, TypeError, ValueError, OverflowError):
            raise LabelError(
                f"{path}: image id {image.get('id')!r} lacks file_name, width or height"
            ) from None
        if not LEAST_SIDE <= min(width, height) <= max(width, height) <= MOST_SIDE:
            raise ImageError(
                f"{path}: {file_name} is {width}×{height}",
                f"Sides from {LEAST_SIDE} to {MOST_SIDE} px are admitted: crop it, or leave it out",
            )
        located = self.folders.find(split, path.parent, file_name)
        if located is None:
            return None
        if located.file in self._split_of_file:
            raise DataError(
                f"image {located.name} is named twice, in {self._split_of_file[located.file]} and"
                f" {split}",
                "Keep one of them: an image in two splits would be judged on what it taught",
            )
        self._split_of_file[located.file] = split
        found, ignored = [], []
        for annotation in annotations:
            try:
                instance = self._instance(annotation, height, width)
            except LabelError as error:
                where = f"{path}: annotation {annotation.get('id')} of {file_name}"
                self.complain(path, LabelError(f"{where}: {error.what}", error.hint))
                continue
            if id_of(annotation.get("iscrowd")) == 1:
                self.crowds += 1
                ignored.append(instance.box)
            else:
                found.append(instance)
        return Sample(
            located.file,
            width,
            height,
            tuple(found),
            self._group(image, located.name, split),
            split,
            place="" if located.name == located.file.name else located.name,
            ignored=tuple(ignored),
        )

    def _group(self, image: dict[str, Any], name: str, split: str) -> str:
        if image.get("group") is None:
            self.ungrouped += 1
            return stem(name)
        group = str(image["group"])
        other = self._split_of_group.setdefault(group, split)
        if other != split:
            raise DataError(
                f"group {group!r} is in both {other} and {split} (there with {name})",
                "Put all images of a group into one split",
            )
        return group

    def named_apart(self) -> tuple[Sample, ...]:
        """The samples; where names in different folders are equal, with their folders'."""
        times = Counter(sample.name for sample in self.samples)
        top = Path(os.path.normpath(self.folders.root)).absolute()
        apart = []
        for sample in self.samples:
            if times[sample.name] > 1:
                place = sample.path.absolute().relative_to(top).as_posix().removeprefix("images/")
                group = stem(place) if sample.group == stem(sample.name) else sample.group
                apart.append(replace(sample, place=place, group=group))
            else:
                apart.append(sample)
        return tuple(apart)

    def _instance(self, annotation: dict[str, Any], height: int, width: int) -> Instance:
        category = id_of(annotation.get("category_id"))
        if category not in self.class_of:
            stated = annotation.get("category_id")
            raise LabelError(f"unknown category {stated!r}", "Add it to categories")
        runs = segmentation_runs(annotation.get("segmentation"), height, width)
        box = annotation.get("bbox")
        if box is not None:
            return Instance(self.class_of[category], self._clip(box, height, width), runs)
        if runs is None:
            raise LabelError("it has neither bbox nor segmentation")
        return Instance(self.class_of[category], bounding_box(column_runs(runs, height)), runs)

    def _clip(self, box: Any, height: int, width: int) -> tuple[float, float, float, float]:
        try:
            x, y, w, h = (float(v) for v in box)
        except (TypeError, ValueError, OverflowError):
            raise LabelError(f"box {box!r} is not [x, y, width, height]") from None
        if not all(map(math.isfinite, (x, y, w, h))):
            raise LabelError(f"box {box!r} holds something that is not a number")
        left, top = max(x, 0.0), max(y, 0.0)
        right, bottom = min(x + w, float(width)), min(y + h, float(height))
        if not (left < right and top < bottom):
            fault = "is empty" if w <= 0 or h <= 0 else f"lies outside its {width}×{height} image"
            raise LabelError(f"box {box} {fault}", "Draw it again, or delete the annotation")
        past = max(left - x, top - y, x + w - right, y + h - bottom)
        if past > 1e-6:
            self.clipped += 1
            self.farthest = max(self.farthest, past)
            return left, top, right - left, bottom - top
        return x, y, w, h

    def notes(self) -> tuple[str, ...]:
        """What is worth knowing and no fault."""
        notes = []
        if self.clipped:
            notes.append(
                f"{self.clipped} boxes reach past their image, by up to {self.farthest:.3g} px, "
                "and were clipped"
            )
        if self.crowds:
            notes.append(
                f"{self.crowds} crowd regions (iscrowd) are ignored: neither defect nor clean"
            )
        if self.ungrouped:
            notes.append(f"{self.ungrouped} images state no group; each is its own")
        return tuple(notes)
