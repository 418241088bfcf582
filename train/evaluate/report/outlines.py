"""How well defects are outlined: figures, and pictures of labels beside what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from edge.vision.instances.found_instance import FoundInstance
from train.data.drawn import draw_truth, enlarged, jpeg
from train.data.eda.palette import bgr, class_colours, class_labels
from train.data.tiles import Tile
from train.evaluate.instances.detections import IOU50, detect
from train.evaluate.instances.drawn import draw_found
from train.evaluate.instances.judged import JudgedInstances
from train.evaluate.report.crops import LEAST_WIDTH
from train.evaluate.report.gallery import legend
from train.evaluate.report.words import number, numbers, percent, percents
from train.html.page import image, table

_OTHER = "another"
"""What a class is called that only the bundle knows."""


def outlines_text(
    items: Sequence[Tile],
    instances: JudgedInstances | None,
    figures: Mapping[str, Any] | None,
    each: int,
) -> str:
    """The section as HTML; empty where there is no instance model for these classes.

    Args:
        items: What was judged.
        instances: What the instance model found on them, in the same order.
        figures: What ``train.evaluate.instances.instance_figures.figures_of`` made of that.
        each: Pictures of the most mistakes, and as many picked evenly, at most.

    Raises:
        ImageError: An image cannot be read any more.
    """
    if instances is None or figures is None:
        return ""
    return (
        _precision(figures)
        + _at_the_rules(figures)
        + _per_class(figures["per_class"])
        + _pictures(items, instances, each)
    )


def _precision(figures: Mapping[str, Any]) -> str:
    rows = [
        (
            f"by {name}",
            number(figures[f"{kind}_ap50"]),
            numbers(figures[f"{kind}_ap50_interval"]),
            number(figures[f"{kind}_ap75"]),
            number(figures[f"{kind}_ap"]),
        )
        for kind, name in (("box", "boxes"), ("mask", "masks"))
    ]
    header = ("average precision", "AP50", "95 % interval", "AP75", "AP")
    return (
        f"<p>{figures['n']:,} labelled defects on {figures['n_frames']:,} items.</p>"
        + table(header, rows)
        + '<p class="note">As COCO counts it: the mean over classes, at an overlap (IoU) of 0.5, '
        "of 0.75, and over 0.5 to 0.95. It judges candidates of any score; what follows judges "
        "those that the bundle's rules make defects. Every item is looked at, the gate hiding "
        "none, but beside the line.</p>"
    )


def _at_the_rules(figures: Mapping[str, Any]) -> str:
    rows = [
        (
            f"{what}, {by}",
            percent(block["recall"]),
            percents(block["recall_interval"]),
            percent(block["precision"]),
            number(block["false_alarms_per_frame"]),
            number(block["false_alarms_per_clean_frame"]),
        )
        for key, what in (("detections", "all items"), ("cascade", "as beside the line"))
        if figures[key] is not None
        for by, block in (
            ("IoU 0.5", figures[key]["iou50"]),
            ("touching", figures[key]["touching"]),
        )
    ]
    header = ("defects", "found", "95 %", "precision", "false alarms an item", "a clean item")
    text = table(header, rows)
    if figures["dice"] is not None:
        outlines = (
            ("Dice where a class is labelled", number(figures["dice_foreground"])),
            ("Dice as the Severstal competition counts it", number(figures["dice"])),
            ("IoU of classes' areas, mean", number(figures["foreground_miou"])),
        )
        text += table(("outlines", ""), outlines) + (
            '<p class="note">The competition counts an item without a class on which none is found '
            "as a Dice of 1, so that on clean strip it mostly measures silence.</p>"
        )
    return text


def _per_class(per_class: Mapping[str, Mapping[str, Any]]) -> str:
    keys = ("box_ap50", "mask_ap50", "dice_foreground", "iou")
    rows = [
        (
            label,
            row["n"],
            *(number(row[key]) for key in keys),
            percent(row["recall"]),
            number(row["false_alarms_per_frame"]),
        )
        for label, row in zip(class_labels(tuple(per_class)), per_class.values(), strict=True)
    ]
    header = ("class", "defects", "box AP50", "mask AP50", "Dice", "IoU", "found", "false an item")
    return table(header, rows)


def _pictures(items: Sequence[Tile], instances: JudgedInstances, each: int) -> str:
    settled = instances.settled
    if settled is None:
        return ""
    found = detect(settled, instances.frames, IOU50)
    wrong = [0] * len(items)
    for place in (*found.truth_frames[~found.hit], *found.found_frames[found.false]):
        wrong[place] += 1
    worst: dict[str, int] = {}
    for place in sorted(np.flatnonzero(wrong).tolist(), key=lambda i: -wrong[i]):
        worst.setdefault(items[place].sample.group, place)
    labelled = [i for i, frame in enumerate(instances.frames) if frame.truths]
    evenly = labelled[:: max(1, -(-len(labelled) // max(each, 1)))]
    text = ""
    for heading, places in (
        ("Most mistakes", list(worst.values())[:each]),
        ("Picked evenly", evenly),
    ):
        shown = [_item(items[i], settled[i], instances) for i in places]
        if not shown:
            continue
        wide = " wide" if any(items[i].box[2] > 2 * LEAST_WIDTH for i in places) else ""
        text += f'<h3>{heading}</h3><div class="gallery{wide}">{"".join(shown)}</div>'
    if not text:
        return ""
    return (
        "<p>Labels first, then what was found, by the rules. Of near-duplicates only the one with "
        f"the most mistakes is shown.</p><p>{legend(instances.classes)}</p>{text}"
    )


def _item(item: Tile, found: Sequence[FoundInstance], instances: JudgedInstances) -> str:
    x, y, width, height = item.box
    scale = max(1, LEAST_WIDTH // width)
    colours = [bgr(colour) for colour in class_colours(len(instances.classes))]
    plain = enlarged(item.sample.read(), item.box, scale)
    truth = plain.copy()
    draw_truth(truth, item.sample, colours, box=item.box, scale=scale)
    draw_found(plain, found, colours, scale=scale)
    names = class_labels(instances.classes)
    said = [
        f"{names[f.class_index] if f.class_index < len(names) else _OTHER} {percent(f.score)}"
        for f in found
    ]
    whole = (width, height) == (item.sample.width, item.sample.height)
    where = "" if whole else f", tile at {x}, {y}"
    name = f"{item.sample.name}{where}"
    pictures = image(jpeg(truth), f"{name}, labels") + image(jpeg(plain), f"{name}, found")
    caption = (
        f"<b>{escape(item.sample.name)}</b>{where}<br>Found: {escape(', '.join(said) or 'none')}."
    )
    return f"<figure><div>{pictures}</div><figcaption>{caption}</figcaption></figure>"
