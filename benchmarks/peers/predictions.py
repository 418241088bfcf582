"""Reads a peer's predictions from JSON, the exchange format between the environments.

    {"classes": [names],
     "frames": [{"name": the image's, "found": [
         {"class": from 0, "score": 0 to 1, "box": [x1, y1, x2, y2], "mask": COCO's run lengths}]}]}

``mask`` is absent if there are boxes only. Boxes are corners in pixels of the image; pixel k covers
k to k + 1.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from edge.core.errors import (
    DataError,
    MillsightError,
    MissingPathError,
)
from edge.core.rle import mask_from_coco
from edge.vision.instances.found_instance import FoundInstance
from edge.vision.instances.outline import pixels_of
from train.data.sample import Sample


def read_predictions(
    path: Path, samples: Sequence[Sample], classes: Sequence[str]
) -> list[list[FoundInstance]]:
    """The instances found on each sample, by descending score.

    Instances outside of the image or with an empty mask are dropped: they cannot be correct, and
    are not counted against the peer.

    Args:
        path: The JSON file.
        samples: The judged samples; the file must contain each of them once and no others.
        classes: The data set's classes, which must be those of the file.

    Raises:
        MissingPathError: There is no such file.
        DataError: The file has another form, or other images or classes.
    """
    try:
        document = json.loads(path.read_text())
        frames = {frame["name"]: frame["found"] for frame in document["frames"]}
        count, theirs = len(document["frames"]), tuple(document["classes"])
    except FileNotFoundError:
        raise MissingPathError(f"there are no predictions {path}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} holds no predictions: {error!r}") from None
    if theirs != tuple(classes):
        raise DataError(f"{path} is of the classes {', '.join(map(str, theirs))}")
    if set(frames) != {sample.name for sample in samples} or count != len(samples):
        raise DataError(
            f"{path} speaks of {count} images and not of the {len(samples)} judged",
            "Predict the whole split again",
        )
    read = []
    for sample in samples:
        try:
            found = [_found(each, sample, len(classes)) for each in frames[sample.name]]
        except (ValueError, KeyError, TypeError, MillsightError) as error:
            raise DataError(f"{path}: on {sample.name}: {error}") from None
        read.append(sorted((f for f in found if f), key=lambda f: -f.score))
    return read


def _found(each: dict[str, Any], sample: Sample, classes: int) -> FoundInstance | None:
    index, score = int(each["class"]), float(each["score"])
    x1, y1, x2, y2 = (float(v) for v in each["box"])
    if not (0 <= index < classes and 0 <= score <= 1 and all(map(math.isfinite, (x1, y1, x2, y2)))):
        raise ValueError(f"class {index}, score {score} and box {each['box']} make no instance")
    x1, x2 = np.clip((x1, x2), 0, sample.width).tolist()
    y1, y2 = np.clip((y1, y2), 0, sample.height).tolist()
    if x1 >= x2 or y1 >= y2:
        return None
    box = (x1, y1, x2, y2)
    if "mask" not in each:
        piece = pixels_of(box, sample.height, sample.width)
        return FoundInstance(index, score, box, None, piece)
    mask = mask_from_coco(each["mask"])
    if mask.shape != (sample.height, sample.width):
        raise ValueError(f"a mask is {mask.shape[1]}×{mask.shape[0]}")
    lines, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(lines):
        return None
    y, x = int(lines[0]), int(columns[0])
    cut = mask[y : lines[-1] + 1, x : columns[-1] + 1]
    return FoundInstance(index, score, box, cut, (x, y, cut.shape[1], cut.shape[0]))
