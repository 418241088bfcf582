"""``millsight run``: inspect a camera against the clock until stopped."""

from __future__ import annotations

import json
import signal
import threading
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from edge.cli.options import bundle_option, convert_colour_option, engine_options, open_bundle

if TYPE_CHECKING:
    from edge.cameras.base import Camera
    from edge.inspection import Inspection
    from edge.sinks.base import Sink
    from edge.tally import Tally


@click.command()
@click.option(
    "--camera",
    "camera_name",
    default="simulated",
    show_default=True,
    metavar="simulated|PATH|URL|INDEX",
    help="Where frames come from: the simulated line, an image, folder or video, a stream, or the "
    "index of a USB camera.",
)
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    default=5.0,
    show_default=True,
    help="Speed of the strip in m/s.",
)
@click.option(
    "--mm-per-px",
    type=click.FloatRange(min=0, min_open=True),
    default=0.5,
    show_default=True,
    help="Millimetres of strip in a pixel, along and across.",
)
@click.option(
    "--defect-rate",
    type=click.FloatRange(0, 1),
    default=0.05,
    show_default=True,
    help="Share of frames with a defect on the simulated line, 0 to 1.",
)
@click.option(
    "--seed", type=int, default=0, show_default=True, help="Which strip the simulated line draws."
)
@bundle_option
@engine_options
@click.option(
    "--frames",
    type=click.IntRange(min=1),
    help="Stop after so many frames were taken. [default: run until stopped]",
)
@click.option(
    "--summary",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the run's figures to this file as JSON when it ends.",
)
@click.option(
    "--jsonl",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Append one JSON line for each frame to this file.",
)
@click.option(
    "--pictures",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write a picture of each defective frame into this folder.",
)
@click.option(
    "--max-pictures",
    type=click.IntRange(min=1),
    default=1000,
    show_default=True,
    help="Write no more pictures than this.",
)
@convert_colour_option
def run(
    camera_name: str,
    speed: float,
    mm_per_px: float,
    defect_rate: float,
    seed: int,
    bundle_name: str | None,
    engine: str | None,
    precision: str,
    threads: int,
    frames: int | None,
    summary: Path | None,
    jsonl: Path | None,
    pictures: Path | None,
    max_pictures: int,
    convert_colour: bool,
) -> None:
    """Inspect a camera until stopped, or for --frames frames.

    With no arguments: the simulated strip at 5 m/s, judged by the bundled models.
    """
    from edge.cascade import Cascade
    from edge.cli.display import display
    from edge.files import check_writable, write_whole
    from edge.line import Line

    if summary is not None:
        check_writable(summary)
    bundle = open_bundle(bundle_name)
    cascade = Cascade.from_bundle(bundle, engine=engine, precision=precision, threads=threads)
    sinks: list[Sink] = []
    if jsonl is not None:
        from edge.sinks.jsonl import JsonLinesFile

        sinks.append(JsonLinesFile(jsonl))
    if pictures is not None:
        from edge.sinks.pictures import Pictures

        sinks.append(Pictures(pictures, cascade.classes, limit=max_pictures))
    camera = open_camera(
        camera_name,
        speed=speed,
        mm_per_px=mm_per_px,
        defect_rate=defect_rate,
        seed=seed,
        convert_colour=convert_colour,
    )
    line = Line(
        camera,
        cascade,
        speed_m_s=speed,
        mm_per_line=mm_per_px,
        mm_per_px_across=mm_per_px,
        sinks=sinks,
    )
    tally = _tally_of(camera)

    def save_summary() -> None:
        truth = {"simulated_truth": tally.as_json() if tally else None}
        if summary is not None:
            write_whole(summary, json.dumps(line.summary() | truth) + "\n")

    with ExitStack() as stack:
        stack.callback(save_summary)
        stack.enter_context(camera)
        screen = stack.enter_context(display(line, bundle.manifest, tally))

        def watch(inspection: Inspection, latency_ms: float | None) -> None:
            if tally is not None:
                tally.add(inspection)
            screen.show(inspection, latency_ms)

        _stop_cleanly_on_sigterm()
        try:
            line.run(frames=frames, watch=watch)
        except KeyboardInterrupt:
            where = f"; the summary is in {summary}" if summary else ""
            taken = line.summary()["frames"]
            raise KeyboardInterrupt(f"stopped after {taken} frames{where}") from None


def open_camera(
    name: str,
    *,
    speed: float = 5.0,
    mm_per_px: float = 0.5,
    defect_rate: float = 0.05,
    seed: int = 0,
    convert_colour: bool = False,
) -> Camera:
    """The camera that ``--camera`` names.

    Raises:
        MissingPathError: It looks like a path and there is none.
        CameraError: It cannot be opened.
    """
    if name == "simulated":
        from edge.cameras.simulated import SimulatedCamera

        return SimulatedCamera(
            speed_m_s=speed,
            mm_per_line=mm_per_px,
            mm_per_px_across=mm_per_px,
            defect_rate=defect_rate,
            seed=seed,
        )
    from edge.cameras.files import FileCamera
    from edge.cameras.opencv import OpenCVCamera
    from edge.images import SUFFIXES

    path = Path(name)
    if name.isdecimal():
        return OpenCVCamera(int(name), convert_colour=convert_colour)
    if "://" in name:
        return OpenCVCamera(name, convert_colour=convert_colour)
    if path.is_file() and path.suffix.lower() not in SUFFIXES:
        return OpenCVCamera(name, convert_colour=convert_colour)
    return FileCamera([path], convert_colour=convert_colour)


def _tally_of(camera: Camera) -> Tally | None:
    from edge.cameras.simulated import SimulatedCamera
    from edge.tally import Tally

    return Tally(camera) if isinstance(camera, SimulatedCamera) else None


def _stop_cleanly_on_sigterm() -> None:
    """A service manager stops with SIGTERM: take it as Ctrl-C, so that the summary is written."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(number: int, where: FrameType | None) -> None:
    raise KeyboardInterrupt
