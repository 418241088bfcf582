"""Frames of blocks and bars whose boxes and masks are known to the pixel."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from edge.core.rle import mask_to_coco_counts, mask_to_runs
from tests.train.coco_folder import write_split
from train.data.sample import DataSet, Instance, Sample

CLASSES = ("dark", "bright")
WIDTH, HEIGHT = 96, 64


def instance(box, class_index=0, *, mask=True, size=(WIDTH, HEIGHT)):
    """A full rectangle of pixels; ``box`` is x, y, width, height."""
    x, y, w, h = box
    drawn = np.zeros(size[::-1], np.bool_)
    drawn[y : y + h, x : x + w] = True
    return Instance(class_index, tuple(map(float, box)), mask_to_runs(drawn) if mask else None)


def sample(*instances, size=(WIDTH, HEIGHT), name="x.png", split="train"):
    return Sample(Path(name), *size, instances, name, split)


def data_of(*samples):
    return DataSet("frames", Path("frames"), CLASSES, samples)


def write_frames(root: Path, counts: dict[str, int], *, masks: bool = True, seed: int = 0) -> Path:
    """A COCO folder of 96×64 frames: every fourth is clean, the others show one or two blocks."""
    rng = np.random.default_rng(seed)
    (root / "images").mkdir(parents=True)
    for split, count in counts.items():
        pictures, annotations = [], []
        for i in range(count):
            pixels = rng.normal(128, 8, (HEIGHT, WIDTH))
            for k in range(0 if i % 4 == 3 else 1 + i % 2):
                kind = (i + k) % 2
                w, h = (int(v) for v in rng.integers(10, 28, 2))
                x, y = int(rng.integers(48 * k, 48 * k + 46 - w)), int(rng.integers(0, 62 - h))
                pixels[y : y + h, x : x + w] += (-90, 90)[kind]
                mark = {"id": len(annotations), "image_id": i, "category_id": kind + 1}
                mark["bbox"] = [x, y, w, h]
                if masks:
                    drawn = np.zeros((HEIGHT, WIDTH), np.bool_)
                    drawn[y : y + h, x : x + w] = True
                    counts_ = mask_to_coco_counts(drawn)
                    mark["segmentation"] = {"size": [HEIGHT, WIDTH], "counts": counts_}
                annotations.append(mark)
            pictures.append(pixels)
        write_split(root, split, pictures, annotations, CLASSES)
    return root
