"""``millsight inspect``: judge images, folders and videos without a clock."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edge.cli.options import (
    bundle_option,
    convert_colour_option,
    device_options,
    format_option,
    max_megapixels_option,
    mm_per_px_option,
    open_bundle,
    tuned_options,
)

if TYPE_CHECKING:
    from edge.core.inspection import Defect, Inspection
    from edge.core.sink import Sink
    from edge.install.trust import Device
    from edge.tune.run_choices import RunChoices


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@bundle_option
@device_options
@tuned_options
@format_option("A line for people, or one JSON object a frame.", machine="jsonl")
@click.option(
    "--pictures",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write a picture of every frame, defects drawn, into this folder.",
)
@mm_per_px_option
@convert_colour_option
@max_megapixels_option
def inspect(
    paths: tuple[Path, ...],
    bundle_name: str | None,
    device: Device,
    asked: RunChoices,
    format_: str,
    pictures: Path | None,
    mm_per_px: float,
    convert_colour: bool,
    max_megapixels: float,
) -> None:
    """Inspect images, folders of images, and videos.

    Every frame gets a line; one that cannot be read or has the wrong size is `uninspected`, with
    its cause, and the exit code is then 6. Files of a folder that are no images are passed over.
    """
    from edge.cameras.open import open_files
    from edge.core.errors import ImageError
    from edge.core.frame import Absence, Frame
    from edge.core.inspection import (
        Cause,
        Level,
        uninspected,
    )
    from edge.core.redaction import outgoing
    from edge.sinks.jsonl import JsonLines

    bundle = open_bundle(bundle_name, device)
    cascade = asked.load(bundle, device.state)
    sinks: list[Sink] = []
    if format_ == "jsonl":
        sinks.append(JsonLines(sys.stdout))
    if pictures is not None:
        from edge.sinks.pictures import Pictures

        sinks.append(Pictures(pictures, cascade.classes, every=True))
    levels: Counter[Level] = Counter()
    most_pixels = round(max_megapixels * 1e6)
    for camera in open_files(paths, convert_colour=convert_colour, most_pixels=most_pixels):
        with camera:
            for taken in camera:
                if isinstance(taken, Absence):
                    continue
                frame = None
                if isinstance(taken, Frame):
                    frame = replace(taken, mm_per_line=mm_per_px, mm_per_px_across=mm_per_px)
                    inspection = cascade.outline(frame, cascade.inspect(frame))
                else:
                    inspection = uninspected(taken, Cause(taken.cause), taken.detail)
                levels[inspection.level] += 1
                for sink in sinks:
                    sink.write(inspection, frame)
                if format_ == "text":
                    click.echo(outgoing(_line(inspection)))
    if levels[Level.UNINSPECTED]:
        raise ImageError(
            f"{levels[Level.UNINSPECTED]} of {levels.total()} frames were not inspected",
            "Their lines say why",
        )


def _line(inspection: Inspection) -> str:
    from edge.core.inspection import Level

    name = Path(inspection.source).name
    if inspection.level is Level.UNINSPECTED:
        return f"{name}  NOT INSPECTED: {inspection.cause}: {inspection.detail}"
    if not inspection.defective:
        return f"{name}  clean  {inspection.defect_score:.3f}"
    found = ", ".join(map(_defect, inspection.defects))
    return f"{name}  DEFECT  {inspection.defect_score:.3f}  {found}"


def _defect(defect: Defect) -> str:
    x, y, width, height = defect.box
    place = f"{defect.label} {defect.score:.2f} at x={x} y={y} {width}×{height}"
    if defect.length_mm is None:
        return place
    return f"{place} ({defect.length_mm:.1f}×{defect.width_mm:.1f} mm, {defect.area_mm2:.1f} mm²)"
