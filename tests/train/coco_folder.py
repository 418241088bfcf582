"""A split of a COCO folder on disk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.core.images import write_image


def write_split(
    root: Path,
    split: str,
    pictures: Sequence[NDArray[np.floating[Any]]],
    annotations: Sequence[dict[str, Any]],
    classes: Sequence[str],
) -> None:
    """Write pictures [height, width], numbered from 0, and what is labelled on them.

    Args:
        root: With a folder ``images``.
        split: Begins the pictures' names.
        pictures: Greys from 0 to 255; what lies outside is cut.
        annotations: As COCO has them; categories count from 1.
        classes: Names of the categories.
    """
    images = []
    for i, pixels in enumerate(pictures):
        name, (height, width) = f"{split}{i}.png", pixels.shape
        write_image(root / "images" / name, np.clip(pixels, 0, 255).astype(np.uint8))
        images.append({"id": i, "file_name": name, "width": width, "height": height})
    document = {
        "images": images,
        "annotations": list(annotations),
        "categories": [{"id": i + 1, "name": name} for i, name in enumerate(classes)],
    }
    (root / f"instances_{split}.json").write_text(json.dumps(document))
