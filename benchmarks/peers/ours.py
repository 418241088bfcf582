"""Times our bundle on decoded frames, for ``benchmarks.peers.latency``, which starts it:

    python -m benchmarks.peers.ours BUNDLE --frames runs/peers/cr7/data/images/frames_holdout

A latency is that of the whole cascade: gate, classifier, and outlines of suspicious regions. With
``--alone`` it is that of the instance model on the whole frame, like a peer without a gate.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import click

from benchmarks.peers.timing import Timed, serve
from edge.cli.options import device_options, engine_options, open_bundle
from edge.core.frame import Frame, Pixels
from edge.core.images import read_grey
from edge.install.trust import Device
from edge.vision.cascade import Cascade
from edge.vision.models.instances import InstanceModel


def by_cascade(cascade: Cascade) -> Callable[[Pixels], Timed]:
    """Times verdict and outlines; the stages are those of the cascade."""

    def find(pixels: Pixels) -> Timed:
        started = time.perf_counter()
        frame = Frame(pixels, 0, started, "frame")
        seen = cascade.outline(frame, cascade.inspect(frame))
        ms = (time.perf_counter() - started) * 1e3
        stages = {name: seen.stages_ms.get(name, 0.0) for name in _STAGES}
        return Timed(ms, len(seen.defects), stages)

    return find


_STAGES = ("gate", "classifier", "instances")


def alone(model: InstanceModel) -> Callable[[Pixels], Timed]:
    """Times the instance model; the stages are engines and host code."""

    def find(pixels: Pixels) -> Timed:
        started = time.perf_counter()
        found = model.find(pixels)
        ms = (time.perf_counter() - started) * 1e3
        return Timed(ms, len(found), {"engines": model.engine_ms, "host": model.host_ms})

    return find


@click.command()
@click.argument("bundle")
@click.option("--frames", required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--alone", "only_instances", is_flag=True, help="The instance model, whole frames.")
@engine_options
@device_options
def main(
    bundle: str,
    frames: Path,
    only_instances: bool,
    engine: str | None,
    precision: str,
    threads: int,
    device: Device,
) -> None:
    """Time BUNDLE on the frames in a folder."""
    cascade = Cascade.from_bundle(
        open_bundle(bundle, device), engine=engine, precision=precision, threads=threads
    )
    if cascade.instances is None:
        raise click.ClickException(f"{bundle} has no instance model")
    cascade.warm_up()
    find = alone(cascade.instances) if only_instances else by_cascade(cascade)
    images = [read_grey(path) for path in sorted(frames.glob("*.png"))]
    serve(find, images, sys.stdin, {"model": bundle, "threads": threads})


if __name__ == "__main__":
    main()
