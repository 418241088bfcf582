"""The study's exploration of a data set, as a report with pictures and the numbers as JSON."""

from __future__ import annotations

import json
from pathlib import Path

from edge.core.files import make_folder, write_whole
from train.data.eda.numbers import Exploration, explore
from train.data.eda.page import report_page
from train.data.eda.pictures import draw_pictures
from train.data.progress import ItemProgress, quiet
from train.data.sample import DataSet

__all__ = ["Exploration", "explore", "write_exploration"]


def write_exploration(
    data: DataSet,
    out: Path,
    progress: ItemProgress = quiet,
    *,
    images: int = 1000,
    examples: int = 4,
    seed: int = 0,
) -> Exploration:
    """Write ``report.html`` (self-contained) and ``eda.json`` into ``out``.

    Args:
        data: What to explore.
        out: Folder, made where it is missing.
        progress: Wraps the images while they are read.
        images: At most so many images, chosen with ``seed``, are read for brightness.
        examples: Images a class that are shown with their masks.
        seed: Chooses images and examples.

    Raises:
        UnwritableError: ``out`` cannot be written.
        ImageError: An image cannot be read.
        DataError: No image is labelled.
    """
    make_folder(out)
    exploration = explore(data, progress, images=images, seed=seed)
    pictures = draw_pictures(data, exploration, examples=examples, seed=seed)
    write_whole(
        out / "eda.json", json.dumps(exploration.to_json(), indent=2, allow_nan=False) + "\n"
    )
    write_whole(out / "report.html", report_page(data, exploration, pictures))
    return exploration
