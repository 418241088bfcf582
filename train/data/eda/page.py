"""One self-contained HTML page of an exploration; its pictures are embedded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

import numpy as np

from train.data.eda.numbers import DARK_LEVEL, Exploration, Sizes
from train.data.eda.palette import class_labels
from train.data.sample import DataSet
from train.html.page import (
    image,
    page,
    table,
)


def report_page(
    data: DataSet, exploration: Exploration, pictures: Mapping[str, Sequence[bytes]]
) -> str:
    """The whole page as text."""
    sections = (
        ("Counts", _counts_text(exploration), "counts", "Images and instances of each class"),
        ("Overlap of classes", _overlap_text(exploration), "overlap", "Images with both classes"),
        ("Areas", _areas_text(exploration), "areas", "Areas, widths and heights by class"),
        ("Positions", _positions_text(), "positions", "Where each class lies"),
        ("Brightness", _brightness_text(exploration), "brightness", "Grey levels by class"),
        ("Examples", "", "examples", "Images with masks drawn"),
    )
    return page(
        f"Exploration of {data.name}",
        f"Source: {escape(data.source)}. Terms: {escape(data.terms)}.",
        ((title, text + _images(pictures[key], said)) for title, text, key, said in sections),
    )


def _images(pictures: Iterable[bytes], caption: str) -> str:
    return "".join(f"<figure>{image(picture, caption)}</figure>" for picture in pictures)


def _counts_text(exploration: Exploration) -> str:
    counts = exploration.counts
    sizes = list(exploration.image_sizes.items())
    said = ", ".join(f"{n:,} of {size.replace('x', '×')}" for size, n in sizes[:3])
    more = f" and {len(sizes) - 3} other sizes" if len(sizes) > 3 else ""
    unlabelled = (
        f" Another {exploration.unlabelled:,} images have no labels; they are in no split."
        if exploration.unlabelled
        else ""
    )
    names = exploration.classes
    rows = [
        [split, of.images, of.clean, *(of.images_by_class[name] for name in names)]
        for split, of in exploration.by_split.items()
    ]
    total = ["all", counts.images, counts.clean, *counts.images_by_class.values()]
    return (
        f"<p>{counts.images:,} labelled images ({said}{more}), {counts.clean:,} of them clean."
        f"{unlabelled}</p>"
        + table(["Split", "Images", "Clean", *class_labels(names)], [*rows, total])
    )


def _overlap_text(exploration: Exploration) -> str:
    numbers = exploration.counts.by_number_of_classes
    several = sum(count for number, count in numbers.items() if number > 1)
    defective = exploration.counts.images - exploration.counts.clean
    share = f"{several / defective:.1%}" if defective else "none"
    return (
        f"<p>{several:,} images show more than one class, {share} of those with a defect. "
        "The diagonal counts the images that show the class at all.</p>"
    )


def _areas_text(exploration: Exploration) -> str:
    rows = [
        [name, len(sizes.area), *_medians(sizes)]
        for name, sizes in exploration.sizes.items()
        if len(sizes.area)
    ]
    header = ["Class", "Instances", "Median width", "Median height", "Median area", "95th area"]
    return (
        "<p>In pixels. An instance is a connected part of a class's mask, or a box as drawn; "
        "its area is the mask's, else the box's.</p>" + table(header, rows)
    )


def _medians(sizes: Sizes) -> list[str]:
    values = [np.median(sizes.width), np.median(sizes.height), np.median(sizes.area)]
    return [f"{value:,.0f}" for value in (*values, np.percentile(sizes.area, 95))]


def _positions_text() -> str:
    return "<p>Share of all labelled images that show the class at each place of the image.</p>"


def _brightness_text(exploration: Exploration) -> str:
    read = exploration.brightness
    if not read:
        return "<p>No image was read.</p>"
    banded = sum(b.dark_columns > 0.05 for b in read) / len(read)
    return (
        f"<p>Of {len(read):,} images read, {banded:.1%} have a black band: more than 5 % of "
        f"columns darker on average than grey level {DARK_LEVEL}. The contrast of an instance is "
        "against its strip, band left out.</p>"
    )
