"""``millsight run``: inspect a camera against the clock until stopped."""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edge.cli.command_log import current_log
from edge.cli.configured import configured, given_only
from edge.cli.options import convert_colour_option, max_megapixels_option, warn
from edge.core.package_logger import package_logger
from edge.core.redaction import encodable
from edge.core.stderr_log import say

if TYPE_CHECKING:
    from edge.app.assembly import Assembly
    from edge.app.outputs import Outputs
    from edge.cli.configured import GivenOptions
    from edge.cli.simulated_truth import SimulatedTruth
    from edge.config import Config
    from edge.core.inspection import Inspection

_LOG = package_logger(__name__)


@click.command()
@configured
@click.option(
    "--camera",
    "camera_name",
    default="simulated",
    show_default=True,
    metavar="simulated|PATH|URL|INDEX",
    help="Where frames come from: the simulated line, an image, folder or video, a stream, or the "
    "index of a USB camera; [camera] in millsight config example names more.",
)
@click.option(
    "--defect-rate",
    type=click.FloatRange(0, 1),
    default=0.05,
    show_default=True,
    help="Share of frames with a defect on the simulated line, 0 to 1.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 999_999),
    default=0,
    show_default=True,
    help="Which strip the simulated line draws.",
)
@click.option(
    "--coil",
    metavar="NAME",
    help="Name of the coil that is under the camera at the start; later ones: millsight coil.",
)
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
    "--ledger",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Keep what was seen, and what was not, in this SQLite file (see millsight ledger).",
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
    help="Watch one frame in N for drift. Where all strip of a coil looks alike, take a quarter of "
    "the frames of a coil. [default: 64 for a live camera, else 1]",
)
@convert_colour_option
@max_megapixels_option
def run(given: GivenOptions, frames: int | None, summary: Path | None, **options: Any) -> None:
    """Inspect a camera until stopped, or for --frames frames.

    With no arguments: the simulated strip at 5 m/s, judged by the installed bundle, or the shipped
    one where none is installed.
    """
    from edge.app.assembly import assembled
    from edge.cli.display import display
    from edge.cli.stopping import stopping
    from edge.core.errors import MillsightError
    from edge.core.files import check_writable

    config = _over(given, **given_only(**options))
    current_log().start_file(config.log)
    if summary is not None:
        check_writable(summary)
    with assembled(config, warn) as assembly:
        current_log().begin_file()
        line, tally = assembly.line, _tally_of(assembly)
        with stopping(line) as stop, display(line, assembly.bundle, tally) as screen:

            def watch(inspection: Inspection, latency_ms: float | None) -> None:
                assembly.outputs.health.watch(inspection, latency_ms)
                if tally is not None:
                    tally.add(inspection)
                screen.show(inspection, latency_ms)

            try:
                line.run(frames=frames, watch=watch, hear=screen.hear)
            except Exception:
                # What ended the run is what must be said, also where the summary fails after it.
                with suppress(MillsightError):
                    _save(summary, assembly, tally)
                raise
            _save(summary, assembly, tally)
    _own_up(assembly.outputs)
    if stop.by_keyboard:
        where = f"; the summary is in {summary}" if summary else ""
        raise KeyboardInterrupt(f"stopped after {line.summary()['frames']} frames{where}")


def _own_up(outputs: Outputs) -> None:
    """Say what was not kept.

    Raises:
        NotKeptError: Something was asked for and could not be kept.
    """
    from edge.core.errors import NotKeptError

    if outputs.skipped:
        text = f"{outputs.skipped} pictures were not written: more than --max-pictures"
        say(_LOG, text, level=logging.WARNING)
    if lost := [loss.text for loss in outputs.losses() if loss.promised]:
        raise NotKeptError(f"not all was kept: {'; '.join(lost)}")


def _over(given: GivenOptions, **options: Any) -> Config:
    """The configuration with the options over it that only this command has."""
    from edge.config import overlaid

    value, coil = options.get, options.get("coil")
    config = given.read()
    camera = {
        "source": value("camera_name"),
        "convert_colour": value("convert_colour"),
        "max_megapixels": value("max_megapixels"),
    }
    if (camera["source"] or config.camera.source) == "simulated":
        camera |= {"defect_rate": value("defect_rate"), "seed": value("seed")}
    pictures = {"folder": value("pictures"), "limit": value("max_pictures")}
    if config.pictures is None and value("pictures") is None:
        pictures = {}
    return overlaid(
        config,
        {
            "camera": camera,
            "coil": {"name": coil and encodable(coil)},
            "ledger": {"path": value("ledger")},
            "jsonl": {"path": value("jsonl")},
            "pictures": pictures,
            "bundle": {"drift_every": value("drift_every")},
        },
    )


def _save(summary: Path | None, assembly: Assembly, tally: SimulatedTruth | None) -> None:
    from edge.core.files import write_whole

    if summary is None:
        return
    lost = assembly.outputs.losses()
    figures = {
        **assembly.line.summary(),
        "bundle": assembly.bundle.to_json(),
        "simulated_truth": tally and tally.as_json(),
        "lost": {key: value for loss in lost for key, value in loss.figures.items()},
    }
    write_whole(summary, json.dumps(figures, allow_nan=False) + "\n")


def _tally_of(assembly: Assembly) -> SimulatedTruth | None:
    from edge.cameras.simulated import SimulatedCamera
    from edge.cli.simulated_truth import SimulatedTruth

    camera = assembly.camera
    return SimulatedTruth(camera) if isinstance(camera, SimulatedCamera) else None
