"""Any data set as COCO instances, which other tools read."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edge.core.errors import DataError
from edge.core.files import make_folder, write_whole
from edge.core.regular_files import IMAGE_BYTES, read_regular
from edge.core.rle import mask_to_coco
from train.atomic_paths import new_folder, readable
from train.data.counts import split_names
from train.data.runs import area
from train.data.sample import DataSet, Sample


def write_coco(data: DataSet, out: Path) -> None:
    """Write ``instances_NAME.json`` for each split, and ``images/`` (hard links, else copies).

    Masks are compressed run lengths, ignored areas crowds. Unlabelled images are left out.

    Raises:
        UnwritableError: ``out`` exists and is not an empty folder, or cannot be written.
        DataError: There is nothing labelled to write, or an image cannot be read.
    """
    splits = split_names(data)
    if not splits:
        raise DataError(f"{data.root} has no labelled images to convert")
    with new_folder(out) as folder:
        make_folder(folder / "images")
        for split in splits:
            samples = data.of(split)
            for sample in samples:
                make_folder((folder / "images" / sample.name).parent)
                _link(sample.path, folder / "images" / sample.name)
            document = json.dumps(_document(data, samples), allow_nan=False)
            write_whole(folder / f"instances_{split}.json", document + "\n")


def _link(source: Path, target: Path) -> None:
    try:
        # Of what a link points to: a link to a link would break when either is moved.
        os.link(source.resolve(), target)
    except OSError:
        with readable(source):
            content = read_regular(source, IMAGE_BYTES)
        write_whole(target, content, durable=False)


def _document(data: DataSet, samples: Sequence[Sample]) -> dict[str, Any]:
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, sample in enumerate(samples, start=1):
        images.append(
            {
                "id": number,
                "file_name": sample.name,
                "width": sample.width,
                "height": sample.height,
                "group": sample.group,
            }
        )
        for instance in sample.instances:
            mask = instance.mask(sample.height, sample.width)
            width, height = instance.box[2:]
            annotation = {
                "id": len(annotations) + 1,
                "image_id": number,
                "category_id": instance.class_index + 1,
                "bbox": list(instance.box),
                "area": area(instance.runs) if instance.runs is not None else width * height,
                "iscrowd": 0,
            }
            if mask is not None:
                annotation["segmentation"] = mask_to_coco(mask)
            annotations.append(annotation)
        for box in sample.ignored:
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": number,
                    "category_id": 1,
                    "bbox": list(box),
                    "area": box[2] * box[3],
                    "iscrowd": 1,
                }
            )
    categories = [{"id": i, "name": name} for i, name in enumerate(data.classes, start=1)]
    return {
        "info": {"description": data.source, "nuisances": list(data.nuisances)},
        "licenses": [{"id": 1, "name": data.terms}],
        "images": images,
        "annotations": annotations,
        "categories": categories,
    }
