"""One self-contained HTML page of an exploration; its pictures are embedded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from train.data.eda.numbers import DARK_LEVEL, Exploration, Sizes
from train.data.eda.palette import class_labels
from train.data.sample import DataSet
from train.html.page import EmbeddedImage, page_environment

_ALTS = {
    "counts": "Images and instances of each class",
    "overlap": "Images with both classes",
    "areas": "Areas, widths and heights by class",
    "positions": "Where each class lies",
    "brightness": "Grey levels by class",
    "examples": "Images with masks drawn",
}


class SplitRow(NamedTuple):
    """Images of one split, or of all of them: all, clean, and those that show each class."""

    split: str
    images: Sequence[int]


class SizeRow(NamedTuple):
    """Sizes of one class's instances in pixels: medians, and the 95th percentile of the area."""

    label: str
    n: int
    width: float
    height: float
    area: float
    area_95: float


def report_page(
    data: DataSet, exploration: Exploration, pictures: Mapping[str, Sequence[bytes]]
) -> str:
    """The whole page as text.

    Args:
        data: What was explored.
        exploration: What was found.
        pictures: PNG or JPEG files by section, of ``train.data.eda.pictures.draw_pictures``.
    """
    labels = class_labels(exploration.classes)
    several = sum(n for shown, n in exploration.counts.by_number_of_classes.items() if shown > 1)
    sizes = zip(labels, exploration.sizes.values(), strict=True)
    read = exploration.brightness
    return (
        page_environment(__package__)
        .get_template("exploration.html.j2")
        .render(
            data=data,
            exploration=exploration,
            counts=exploration.counts,
            labels=labels,
            splits=_split_rows(exploration),
            several=several,
            sizes=[_size_row(label, of) for label, of in sizes if len(of.area)],
            images_read=len(read),
            banded=sum(b.dark_columns > 0.05 for b in read) / len(read) if read else None,
            dark_level=DARK_LEVEL,
            pictures={
                name: [EmbeddedImage(content, alt) for content in pictures[name]]
                for name, alt in _ALTS.items()
            },
        )
    )


def _split_rows(exploration: Exploration) -> list[SplitRow]:
    counted = {**exploration.by_split, "all": exploration.counts}
    return [
        SplitRow(split, [of.images, of.clean, *of.images_by_class.values()])
        for split, of in counted.items()
    ]


def _size_row(label: str, sizes: Sizes) -> SizeRow:
    return SizeRow(
        label,
        n=len(sizes.area),
        width=float(np.median(sizes.width)),
        height=float(np.median(sizes.height)),
        area=float(np.median(sizes.area)),
        area_95=float(np.percentile(sizes.area, 95)),
    )
