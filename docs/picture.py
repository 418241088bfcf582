"""The pictures of the README: a frame of simulated strip, and three frames that were inspected.

Run it from the project's root, after ``make demo``::

    .venv/bin/python docs/picture.py

It writes ``docs/images/strip.jpg``, frame 16 of the strip that ``millsight run`` simulates by
default, and ``docs/images/inspected-strip.jpg``, what ``millsight run --pictures`` made of frames
16, 48 and 196.
"""

from __future__ import annotations

import subprocess
import sys
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

from edge.cameras.simulated import SimulatedCamera

IMAGES = Path(__file__).parent / "images"
RAW = 16
"""Number of the frame that is shown as it was taken."""
SHOWN = (16, 48, 196)
"""Numbers of the frames that are shown as inspected, from top to bottom."""
WIDTH_PX = 1200
"""Columns of the picture of inspected strip."""


def raw_frame() -> bytes:
    """The frame as the simulated camera gives it: 1600×256, grey, as JPEG."""
    frame = next(islice(iter(SimulatedCamera(paced=False)), RAW, None))
    return _jpeg(frame.pixels, quality=80)


def inspected_frames() -> bytes:
    """What the line drew of the frames, one below the other, as JPEG."""
    with TemporaryDirectory() as folder:
        run = ("run", "--bundle", "simulated", "--speed", "2", "--frames", str(max(SHOWN) + 1))
        command = [sys.executable, "-m", "edge", *run, "--pictures", folder]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        pictures = [next(Path(folder).glob(f"*-{number:08d}-*.jpg")) for number in SHOWN]
        stacked = np.vstack([cv2.imread(str(picture)) for picture in pictures])
    height = round(stacked.shape[0] * WIDTH_PX / stacked.shape[1])
    small = cv2.resize(stacked, (WIDTH_PX, height), interpolation=cv2.INTER_AREA)
    return _jpeg(small, quality=72)


def _jpeg(pixels: np.ndarray, *, quality: int) -> bytes:
    settings = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_OPTIMIZE, 1]
    return cv2.imencode(".jpg", pixels, settings)[1].tobytes()


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    (IMAGES / "strip.jpg").write_bytes(raw_frame())
    (IMAGES / "inspected-strip.jpg").write_bytes(inspected_frames())
