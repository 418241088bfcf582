"""``millsight run``: inspect a camera against the clock until stopped."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edge.cli.options import (
    POSITIVE,
    bundle_option,
    convert_colour_option,
    device_options,
    engine_options,
    mm_per_px_option,
    open_and_use,
)

if TYPE_CHECKING:
    from edge.bundle import Bundle
    from edge.bundle.device import Device
    from edge.bundle.evidence import Precision
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
    type=POSITIVE,
    default=5.0,
    show_default=True,
    help="Speed of the strip in m/s.",
)
@mm_per_px_option
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
@device_options
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
    help="Append one JSON line for each frame to this file; - is stdout.",
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
@click.option(
    "--drift-every",
    type=click.IntRange(min=1),
    metavar="N",
    help="Watch one frame in N for drift. Give a coil's frames divided by 4 where all strip of a "
    "coil looks alike. [default: 64 of a live camera, else 1]",
)
@convert_colour_option
def run(
    camera_name: str,
    speed: float,
    mm_per_px: float,
    defect_rate: float,
    seed: int,
    bundle_name: str | None,
    device: Device,
    engine: str | None,
    precision: Precision,
    threads: int,
    frames: int | None,
    summary: Path | None,
    jsonl: Path | None,
    pictures: Path | None,
    max_pictures: int,
    drift_every: int | None,
    convert_colour: bool,
) -> None:
    """Inspect a camera until stopped, or for --frames frames.

    With no arguments: the simulated strip at 5 m/s, judged by the installed bundle, or the shipped
    one where none is installed.
    """
    from edge.bundle.store import Store
    from edge.bundle.verify import proven
    from edge.bundle.watch import BundleWatch
    from edge.cascade import Cascade
    from edge.cli.display import display
    from edge.cli.stopping import stopping
    from edge.drift import LIVE_EVERY, DriftMonitor
    from edge.errors import MillsightError
    from edge.files import check_writable, write_whole
    from edge.line import Line

    if summary is not None:
        check_writable(summary)

    def load(bundle: Bundle) -> Cascade:
        cascade = Cascade.from_bundle(bundle, engine=engine, precision=precision, threads=threads)
        return proven(bundle, cascade, precision)

    bundle, cascade = open_and_use(bundle_name, device, load)
    bundles = None if bundle_name else BundleWatch(Store(device), bundle, cascade, load)
    camera = _open_camera(
        camera_name,
        speed=speed,
        mm_per_px=mm_per_px,
        defect_rate=defect_rate,
        seed=seed,
        convert_colour=convert_colour,
    )
    drift = DriftMonitor(
        bundle.manifest.drift, every=drift_every or (LIVE_EVERY if camera.live else 1)
    )
    sinks = _open_sinks(jsonl, pictures, max_pictures, cascade.classes)
    line = Line(
        camera,
        cascade,
        speed_m_s=speed,
        mm_per_line=mm_per_px,
        mm_per_px_across=mm_per_px,
        sinks=sinks,
        drift=drift,
        bundles=bundles,
    )
    tally = _tally_of(camera)
    with camera, stopping(line) as stop, display(line, bundle, tally) as screen:

        def watch(inspection: Inspection, latency_ms: float | None) -> None:
            if tally is not None:
                tally.add(inspection)
            screen.show(inspection, latency_ms)
            for change in (*(bundles.news() if bundles else ()), *line.drift_news()):
                screen.say(change)

        def save_summary() -> None:
            if summary is not None:
                figures = {
                    **line.summary(),
                    "bundle": (bundles.bundle if bundles else bundle).to_json(),
                    "simulated_truth": tally and tally.as_json(),
                }
                write_whole(summary, json.dumps(figures, allow_nan=False) + "\n")

        try:
            line.run(frames=frames, watch=watch)
        except Exception:
            # What ended the run is what must be said, also where the summary fails after it.
            with suppress(MillsightError):
                save_summary()
            raise
        save_summary()
    if left_out := sum(sink.left_out for sink in sinks):
        click.echo(
            f"{left_out} pictures were not written: more than --max-pictures, or no room", err=True
        )
    if stop.by_keyboard:
        where = f"; the summary is in {summary}" if summary else ""
        raise KeyboardInterrupt(f"stopped after {line.summary()['frames']} frames{where}")


def _open_sinks(
    jsonl: Path | None, pictures: Path | None, max_pictures: int, classes: tuple[str, ...]
) -> list[Sink]:
    sinks: list[Sink] = []
    if pictures is not None:
        from edge.sinks.pictures import Pictures

        sinks.append(Pictures(pictures, classes, limit=max_pictures, tolerant=True))
    if jsonl is not None:
        from edge.sinks.jsonl import JsonLines, JsonLinesFile

        to_stdout = str(jsonl) == "-"
        sinks.append(JsonLines(sys.stdout, "stdout") if to_stdout else JsonLinesFile(jsonl))
    return sinks


def _open_camera(
    name: str,
    *,
    speed: float,
    mm_per_px: float,
    defect_rate: float,
    seed: int,
    convert_colour: bool,
) -> Camera:
    if name == "simulated":
        from edge.cameras.simulated import SimulatedCamera

        return SimulatedCamera(
            speed_m_s=speed,
            mm_per_line=mm_per_px,
            mm_per_px_across=mm_per_px,
            defect_rate=defect_rate,
            seed=seed,
        )
    from edge.cameras.choose import open_camera

    return open_camera(name, convert_colour=convert_colour)


def _tally_of(camera: Camera) -> Tally | None:
    from edge.cameras.simulated import SimulatedCamera
    from edge.tally import Tally

    return Tally(camera) if isinstance(camera, SimulatedCamera) else None
