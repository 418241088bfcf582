"""How many frames of spoiled videos are taken for what was filmed, by codec.

    python -m benchmarks.video_fuzz --mutants 20

Between 1 and 200 bytes of a video of strip are changed, and it is read as ``millsight`` reads it.
``good`` frames are pixel by pixel those of the whole video, ``uninspected`` ones were refused, and
``made up`` ones are others that were not. ``OpenCV`` is how many of those OpenCV's reader gives.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

import av
import click
import cv2
import numpy as np

from benchmarks.image_mutants import strip
from edge.cameras.open import open_files
from edge.core.frame import Frame, Pixels
from train.data.progress import track

CODECS = {
    "H.264": ("libx264", ".mp4", "yuv420p"),
    "H.264 in MPEG-TS": ("libx264", ".ts", "yuv420p"),
    "H.265": ("libx265", ".mp4", "yuv420p"),
    "MPEG-4": ("mpeg4", ".avi", "yuv420p"),
    "MPEG-2": ("mpeg2video", ".mpg", "yuv420p"),
    "motion JPEG": ("mjpeg", ".avi", "yuvj420p"),
    "FFV1": ("ffv1", ".mkv", "gray"),
    "VP8": ("libvpx", ".webm", "yuv420p"),
    "VP9": ("libvpx-vp9", ".webm", "yuv420p"),
}
FRAMES = 60
GOOD, UNINSPECTED, MADE_UP = "good", "uninspected", "made up"
NEAR = 3
"""Grey levels by which another conversion of one picture to grey may differ."""


def write(path: Path, codec: str, pixel_format: str) -> None:
    """A video of running strip, a key frame every 25."""
    texture = strip(height=128, width=320)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        stream.height, stream.width = texture.shape
        stream.pix_fmt = pixel_format
        stream.options = {"g": "25"}
        for number in range(FRAMES):
            picture = np.dstack([np.roll(texture, 7 * number, 0)] * 3)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))


def pixels_of(path: Path) -> list[Pixels | None]:
    """The frames of a video; None for each that may not be inspected."""
    (camera,) = open_files([path])
    with camera:
        return [item.pixels if isinstance(item, Frame) else None for item in camera]


def spoiled(data: bytes, rng: random.Random) -> bytes:
    """The video with some bytes changed, not at its very beginning, which says what it is."""
    start, length = rng.randrange(len(data) // 20, len(data) - 200), rng.choice((1, 20, 200))
    return data[:start] + rng.randbytes(length) + data[start + length :]


def fates(path: Path, whole: list[Pixels]) -> Counter[str]:
    """What became of the frames of a spoiled video."""
    known = {frame.tobytes() for frame in whole}
    return Counter(
        UNINSPECTED if frame is None else GOOD if frame.tobytes() in known else MADE_UP
        for frame in pixels_of(path)
    )


def made_up_by_opencv(path: Path, whole: list[Pixels]) -> int:
    """How many frames OpenCV gives that are none of the whole video's."""
    capture, count = cv2.VideoCapture(str(path)), 0
    while True:
        ok, picture = capture.read()
        if not ok:
            return count
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.int16)
        count += not any(
            frame.shape == grey.shape and np.abs(grey - frame).max() <= NEAR for frame in whole
        )


@click.command()
@click.option("--mutants", default=20, show_default=True, help="Spoiled videos of each codec.")
@click.option("--seed", default=0, show_default=True)
def fuzz(mutants: int, seed: int) -> None:
    """Print how many frames of spoiled videos were taken for what was filmed."""
    click.echo("| codec | good | uninspected | made up | OpenCV |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, (codec, suffix, pixel_format) in CODECS.items():
            path = Path(folder) / f"v{suffix}"
            write(path, codec, pixel_format)
            whole = [frame for frame in pixels_of(path) if frame is not None]
            if len(whole) != FRAMES:
                click.echo(f"of the whole video in {name} {len(whole)} frames are read")
                sys.exit(1)
            data, rng = path.read_bytes(), random.Random(f"{seed} {name}")
            ends, opencv = Counter[str](), 0
            for _ in track(range(mutants), name, mutants):
                path.write_bytes(spoiled(data, rng))
                ends += fates(path, whole)
                opencv += made_up_by_opencv(path, whole)
            counts = " | ".join(f"{ends[told]:,}" for told in (GOOD, UNINSPECTED, MADE_UP))
            click.echo(f"| {name} | {counts} | {opencv:,} |")


if __name__ == "__main__":
    fuzz()
