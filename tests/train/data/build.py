"""Small data folders that the tests of ``train.data`` share."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from edge.core.frame import Pixels
from edge.core.images import write_image
from train.data.sample import Instance, Sample

SQUARE = "257 10 513 10"
"""Run lengths of a 2×10 block: columns 1 and 2, lines 0 to 9, of a 256-line image."""


def noise(height: int, width: int, seed: int = 0) -> Pixels:
    return np.random.default_rng(seed).integers(40, 200, (height, width), dtype=np.uint8)


def severstal(
    root: Path, rows: str, names: Sequence[str] = ("a.jpg", "b.jpg", "c.jpg"), tests: int = 0
) -> Path:
    """A folder in the competition's layout; ``rows`` is the whole of train.csv."""
    (root / "train_images").mkdir(parents=True, exist_ok=True)
    (root / "train.csv").write_text(rows)
    for seed, name in enumerate(names):
        write_image(root / "train_images" / name, noise(256, 1600, seed))
    if tests:
        (root / "test_images").mkdir()
        for seed in range(tests):
            image = noise(256, 1600, 1000 + seed)
            write_image(root / "test_images" / f"t{seed}.jpg", image)
    return root


def image(number: int, group: str | None = None, **more: Any) -> dict[str, Any]:
    """A COCO image entry of 64×48."""
    entry = {"id": number, "file_name": f"{number}.png", "width": 64, "height": 48}
    return entry | ({} if group is None else {"group": group}) | more


def annotation(number: int, image_id: int, category: int = 1, **more: Any) -> dict[str, Any]:
    """A COCO annotation with the box 10, 8, 20×16, unless ``more`` says otherwise."""
    entry: dict[str, Any] = {"id": number, "image_id": image_id, "category_id": category}
    return {**entry, "bbox": [10, 8, 20, 16], **more}


def coco(
    root: Path,
    splits: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]]]],
    draw: bool = True,
) -> Path:
    """A COCO folder of images and annotations by split, with the classes ``pit`` and ``dent``."""
    (root / "images").mkdir(parents=True, exist_ok=True)
    categories = [{"id": 1, "name": "pit"}, {"id": 4, "name": "dent"}]
    for split, (images, marks) in splits.items():
        document = {"images": images, "annotations": marks, "categories": categories}
        (root / f"instances_{split}.json").write_text(json.dumps(document))
        for entry in images if draw else ():
            pixels = noise(entry["height"], entry["width"], entry["id"])
            write_image(root / "images" / entry["file_name"], pixels)
    return root


def with_exif(jpeg: bytes, orientation: int) -> bytes:
    """A JPEG file's bytes with an EXIF orientation."""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    block = b"Exif\0\0MM\0*\0\0\0\x08\0\x01" + entry + b"\0\0\0\0"
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + jpeg[2:]


def sample(
    *instances: Instance,
    name: str = "x.png",
    size: tuple[int, int] = (400, 128),
    group: str | None = None,
    split: str = "unsplit",
) -> Sample:
    """A sample whose image need not exist; ``size`` is width and height."""
    return Sample(Path(name), *size, instances, name if group is None else group, split)


def box(class_index: int, x: float, y: float, width: float, height: float) -> Instance:
    return Instance(class_index, (x, y, width, height))
