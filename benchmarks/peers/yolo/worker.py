"""Times a peer on decoded frames for ``benchmarks.peers.latency``, which starts it:

    python -m benchmarks.peers.yolo.worker runs/peers/cr7/frames/free_int8_openvino_model \\
        --task detect --size 1600x256 --frames runs/peers/cr7/data/images/frames_holdout

A latency is that of Ultralytics' documented call with the decoded frame. Its own times of
preprocessing, inference and postprocessing are reported too; the rest is overhead of the call.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click
import cv2

from benchmarks.peers.timing import Timed, serve


@click.command()
@click.argument("model", type=click.Path(path_type=Path, exists=True))
@click.option("--task", type=click.Choice(["detect", "segment"]), required=True)
@click.option("--size", required=True, metavar="WxH")
@click.option("--frames", required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--score", default=0.25, show_default=True)
@click.option("--threads", default=2, show_default=True)
def main(model: Path, task: str, size: str, frames: Path, score: float, threads: int) -> None:
    """Time MODEL on the frames in a folder."""
    from benchmarks.peers.yolo.model import Peer

    width, height = map(int, size.split("x"))
    peer = Peer(model, (width, height), task, score, threads)

    def find(pixels: cv2.typing.MatLike) -> Timed:
        started = time.perf_counter()
        result = peer(pixels)
        ms = (time.perf_counter() - started) * 1e3
        return Timed(ms, len(result.boxes), dict(result.speed))

    images = [cv2.imread(str(p), cv2.IMREAD_GRAYSCALE) for p in sorted(frames.glob("*.png"))]
    serve(find, images, sys.stdin, {"model": str(model), "threads": threads})


if __name__ == "__main__":
    main()
