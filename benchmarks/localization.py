"""Localization of defects: the boxes of class maps compared with those of regions, as Markdown.

    python -m benchmarks.localization BUNDLE --data DIR --split val [--tile 200x128]

Only defects that were found with the correct class are judged. The truth for one is the bounding
box of all true boxes of its class within its regions. *IoU* is that of box and truth; *covered* is
the share of the truth in the box; *pointing* is the share of regions with a true box whose map has
its peak in it (Zhang et al., Top-down Neural Attention by Excitation Backprop, 2016). Every figure
is a mean over defects. A classifier without class maps cannot be judged.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

from edge.cli.options import SIZE, engine_options, open_bundle
from edge.core.class_map import ClassMap
from edge.core.frame import Frame
from edge.core.geometry import Box
from edge.core.joining import bounding
from edge.install.trust import Device
from edge.vision.cascade import Cascade
from train.data import open_data
from train.data.progress import track
from train.data.tiles import Tile, judged_tiles


@dataclass(frozen=True, slots=True)
class Placed:
    """The localization of one defect.

    Attributes:
        class_name: Its class.
        pointing: Of its regions with a true box, the share whose map has its peak in one.
        regions: IoU and covered share of the bounding box of its regions.
        class_map: IoU and covered share of the box of its class maps.
    """

    class_name: str
    pointing: float
    regions: tuple[float, float]
    class_map: tuple[float, float]


def placed(cascade: Cascade, item: Tile, classes: tuple[str, ...]) -> Iterator[Placed]:
    """Compare the correctly named defects with class maps on an item with the truth."""
    x, y, width, height = item.box
    pixels = np.ascontiguousarray(item.sample.read()[y : y + height, x : x + width])
    truth = [
        (classes[instance.class_index], (int(bx) - x, int(by) - y, round(bw), round(bh)))
        for instance in item.sample.instances
        for bx, by, bw, bh in [instance.box]
    ]
    seen = cascade.inspect(Frame(pixels, 0, time.monotonic(), item.sample.name))
    for defect in (found for found in seen.defects if found.class_maps):
        boxes = [box for name, box in truth if name == defect.class_name]
        inside = [
            (class_map, parts)
            for class_map in defect.class_maps
            if (parts := [part for box in boxes if (part := _common(box, class_map.region))])
        ]
        if inside:
            true = bounding([part for _, parts in inside for part in parts])
            yield Placed(
                class_name=defect.class_name,
                pointing=float(np.mean([_points(class_map, parts) for class_map, parts in inside])),
                regions=_fit(bounding([each.region for each in defect.class_maps]), true),
                class_map=_fit(defect.box, true),
            )


def _points(class_map: ClassMap, boxes: list[Box]) -> bool:
    x, y = class_map.peak
    return any(left <= x < left + w and top <= y < top + h for left, top, w, h in boxes)


def _common(a: Box, b: Box) -> Box | None:
    left, top = max(a[0], b[0]), max(a[1], b[1])
    right, bottom = min(a[0] + a[2], b[0] + b[2]), min(a[1] + a[3], b[1] + b[3])
    return (left, top, right - left, bottom - top) if left < right and top < bottom else None


def _fit(box: Box, truth: Box) -> tuple[float, float]:
    common = _common(box, truth)
    shared = common[2] * common[3] if common else 0
    area = truth[2] * truth[3]
    return shared / (box[2] * box[3] + area - shared), shared / area


def table(found: list[Placed]) -> str:
    """The figures of each class and of all, as Markdown."""
    lines = [
        "| class | defects | pointing | IoU, regions | IoU, class map | covered, regions "
        "| covered, class map |\n|---|---|---|---|---|---|---|"
    ]
    names = sorted({defect.class_name for defect in found})
    for name, chosen in (
        *((name, [d for d in found if d.class_name == name]) for name in names),
        ("all", found),
    ):
        rows = [
            (d.pointing, d.regions[0], d.class_map[0], d.regions[1], d.class_map[1]) for d in chosen
        ]
        cells = [f"{mean:.3f}" for mean in np.mean(rows, axis=0)]
        lines.append(f"| {' | '.join([name, str(len(chosen)), *cells])} |")
    return "\n".join(lines)


@click.command()
@click.argument("bundle", required=False)
@click.option("--data", "folder", required=True, type=click.Path(path_type=Path))
@click.option("--split", default="val", show_default=True)
@click.option("--splits", "split_file", type=click.Path(path_type=Path))
@click.option("--tile", type=SIZE, help="Judge tiles of this size, each on its own.")
@engine_options
def localization(
    bundle: str | None,
    folder: Path,
    split: str,
    split_file: Path | None,
    tile: tuple[int, int] | None,
    engine: str | None,
    precision: str,
    threads: int,
) -> None:
    """Print the localization of BUNDLE (default: the shipped one) on a data set."""
    cascade = Cascade.from_bundle(
        open_bundle(bundle, Device(allow_unsigned=True)),
        engine=engine,
        precision=precision,
        threads=threads,
    )
    data = open_data(folder, splits=split_file)
    items = judged_tiles(data, split, tile)
    turns = track(items, "judging", len(items))
    found = [defect for item in turns for defect in placed(cascade, item, data.classes)]
    if not found:
        raise click.ClickException("no defect was found with the correct class and a class map")
    click.echo(table(found))


if __name__ == "__main__":
    localization()
