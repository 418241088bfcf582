"""``millsight inspect``: judge images, folders and videos without a clock."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edge.cli.options import (
    bundle_option,
    convert_colour_option,
    engine_options,
    format_option,
    open_bundle,
)

if TYPE_CHECKING:
    from edge.inspection import Inspection
    from edge.sinks.base import Sink


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@bundle_option
@engine_options
@format_option("A line for people, or one JSON object a frame.", machine="jsonl")
@click.option(
    "--pictures",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write a picture of every frame, defects drawn, into this folder.",
)
@convert_colour_option
def inspect(
    paths: tuple[Path, ...],
    bundle_name: str | None,
    engine: str | None,
    precision: str,
    threads: int,
    format_: str,
    pictures: Path | None,
    convert_colour: bool,
) -> None:
    """Inspect images, folders of images, and videos: PATH…

    Every frame gets a line; one that cannot be read or has the wrong size is `uninspected`, with
    its cause, and the exit code is then 6.
    """
    from edge.cameras.choose import open_files
    from edge.cascade import Cascade
    from edge.errors import ImageError
    from edge.frame import Frame
    from edge.inspection import Cause, Level, uninspected
    from edge.sinks.jsonl import JsonLines

    bundle = open_bundle(bundle_name)
    cascade = Cascade.from_bundle(bundle, engine=engine, precision=precision, threads=threads)
    sinks: list[Sink] = []
    if format_ == "jsonl":
        sinks.append(JsonLines(sys.stdout))
    if pictures is not None:
        from edge.sinks.pictures import Pictures

        sinks.append(Pictures(pictures, cascade.classes, every=True))
    levels: Counter[Level] = Counter()
    for camera in open_files(paths, convert_colour=convert_colour):
        with camera:
            for frame in camera:
                whole = frame if isinstance(frame, Frame) else None
                inspection = (
                    cascade.inspect(frame)
                    if isinstance(frame, Frame)
                    else uninspected(frame, Cause(frame.cause), frame.detail)
                )
                levels[inspection.level] += 1
                for sink in sinks:
                    sink.write(inspection, whole)
                if format_ == "text":
                    click.echo(_line(inspection))
    if levels[Level.UNINSPECTED]:
        raise ImageError(
            f"{levels[Level.UNINSPECTED]} of {levels.total()} frames were not inspected",
            "Their lines say why",
        )


def _line(inspection: Inspection) -> str:
    from edge.inspection import Level

    name = Path(inspection.source).name
    if inspection.level is Level.UNINSPECTED:
        return f"{name}  NOT INSPECTED: {inspection.cause}: {inspection.detail}"
    if not inspection.defective:
        return f"{name}  clean  {inspection.defect_score:.3f}"
    found = ", ".join(
        f"{d.label} {d.score:.2f} at x={d.box[0]} y={d.box[1]} {d.box[2]}×{d.box[3]}"
        for d in inspection.defects
    )
    return f"{name}  DEFECT  {inspection.defect_score:.3f}  {found}"
