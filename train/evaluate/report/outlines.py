"""The report's section on instances: figures, and pictures of labels beside predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge.vision.instances.found_instance import FoundInstance
from train.data.drawn import draw_truth, enlarged, jpeg
from train.data.eda.palette import bgr, class_colours, class_labels
from train.data.tiles import Tile
from train.evaluate.instances.detections import IOU50, detect
from train.evaluate.instances.drawing import draw_found
from train.evaluate.instances.matched_instances import MatchedInstances
from train.evaluate.report.crops import LEAST_WIDTH
from train.evaluate.report.evaluation_blocks import OutlinesBlock
from train.evaluate.report.gallery import ItemPlace, legend
from train.html.page import EmbeddedImage

_OTHER = "another"
"""Name of a class that the data set lacks."""


@dataclass(frozen=True, slots=True)
class OutlinedItem:
    """One item.

    Attributes:
        place: Its position.
        pictures: With labels, and with predictions.
        found: Class and score of each prediction.
    """

    place: ItemPlace
    pictures: Sequence[EmbeddedImage]
    found: Sequence[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class OutlinedItems:
    """Items under a heading; ``wide``: a picture needs the page's full width."""

    heading: str
    items: Sequence[OutlinedItem]
    wide: bool


@dataclass(frozen=True, slots=True)
class OutlinesSection:
    """Content of the section.

    Attributes:
        figures: Figures over all classes and of each.
        labels: Class names, in the order of ``figures.per_class``.
        legend: Colour and name of each class.
        galleries: The galleries that are not empty.
    """

    figures: OutlinesBlock
    labels: Sequence[str]
    legend: Sequence[tuple[str, str]]
    galleries: Sequence[OutlinedItems]


def collect_outlines(
    items: Sequence[Tile],
    instances: MatchedInstances | None,
    figures: OutlinesBlock | None,
    each: int,
) -> OutlinesSection | None:
    """The section; None without an instance model for these classes.

    Args:
        items: The items.
        instances: Results of the instance model, in the same order.
        figures: Result of ``train.evaluate.instances.instance_figures.figures_of``.
        each: Largest number of items in each gallery: most mistakes, and evenly spaced.

    Raises:
        ImageError: An image can no longer be read.
    """
    if instances is None or figures is None:
        return None
    labels = class_labels(tuple(figures.per_class))
    galleries = _galleries(items, instances, each)
    return OutlinesSection(figures, labels, legend(instances.classes), galleries)


def _galleries(
    items: Sequence[Tile], instances: MatchedInstances, each: int
) -> list[OutlinedItems]:
    settled = instances.settled
    if settled is None:
        return []
    found = detect(settled, instances.frames, IOU50)
    wrong = [0] * len(items)
    for place in (*found.truth_frames[~found.hit], *found.found_frames[found.false]):
        wrong[place] += 1
    worst: dict[str, int] = {}
    for place in sorted(np.flatnonzero(wrong).tolist(), key=lambda i: -wrong[i]):
        worst.setdefault(items[place].sample.group, place)
    labelled = [i for i, frame in enumerate(instances.frames) if frame.truths]
    evenly = labelled[:: max(1, -(-len(labelled) // max(each, 1)))]
    return [
        OutlinedItems(
            heading,
            [_outlined(items[i], settled[i], instances) for i in places],
            any(items[i].box[2] > 2 * LEAST_WIDTH for i in places),
        )
        for heading, places in (
            ("Most mistakes", list(worst.values())[:each]),
            ("Picked evenly", evenly),
        )
        if places
    ]


def _outlined(
    item: Tile, found: Sequence[FoundInstance], instances: MatchedInstances
) -> OutlinedItem:
    scale = max(1, LEAST_WIDTH // item.box[2])
    colours = [bgr(colour) for colour in class_colours(len(instances.classes))]
    plain = enlarged(item.sample.read(), item.box, scale)
    truth = plain.copy()
    draw_truth(truth, item.sample, colours, box=item.box, scale=scale)
    draw_found(plain, found, colours, scale=scale)
    names = class_labels(instances.classes)
    place = ItemPlace.of(item)
    return OutlinedItem(
        place,
        [
            EmbeddedImage(jpeg(truth), f"{place}, labels"),
            EmbeddedImage(jpeg(plain), f"{place}, found"),
        ],
        [(names[f.class_index] if f.class_index < len(names) else _OTHER, f.score) for f in found],
    )
