"""Golden frames: pictures with recorded scores that a device must reproduce.

They are always simulated, because real frames may not be republished in a bundle. For comparing a
device with the machine that packed the bundle, any strip-like picture will do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import cv2
import numpy as np

from edge.bundle.manifest import FrameSizes
from edge.bundle.manifest_parts import (
    GoldenFrame,
    GoldenScores,
    Precision,
)
from edge.core.frame import Pixels
from edge.install.verify import score_frame
from edge.simulator import StripSimulator
from edge.vision.cascade import Cascade
from export.convert.forms import Rung

SEED = 20_160_512
"""Not used for data sets, so golden frames are in no split."""

SOURCE = f"simulated strip, seed {SEED}"


def golden_frames(
    count: int,
    sizes: FrameSizes,
    cascades: Mapping[Rung, Cascade],
    files: dict[str, bytes],
) -> tuple[GoldenFrame, ...]:
    """Draw golden frames, score them in every form, and add their pictures to the files."""
    golden = []
    for number, pixels in enumerate(draw_golden_frames(count, sizes), start=1):
        file = f"golden/frame-{number}.png"
        files[file] = encode_png(pixels)
        expected: dict[str, dict[Precision, GoldenScores]] = defaultdict(dict)
        for rung, cascade in cascades.items():
            expected[rung.format][rung.precision] = score_frame(cascade, pixels)
        golden.append(
            GoldenFrame(
                file=file,
                source=SOURCE,
                expected=expected["tflite"],
                expected_onnx=expected.get("onnx"),
            )
        )
    return tuple(golden)


def draw_golden_frames(count: int, sizes: FrameSizes) -> list[Pixels]:
    """Draw frames of 1600×256, cropped or extended to an accepted size.

    The first shows a defect, the second none.
    """
    simulator = StripSimulator(SEED)
    drawn = (simulator.draw(index) for index in range(1000))
    frames: list[Pixels] = []
    for frame in drawn:
        if len(frames) == count:
            break
        wants_defect = len(frames) % 2 == 0
        if bool(frame.defects) == wants_defect:
            frames.append(fit(frame.pixels, sizes))
    return frames


def fit(pixels: Pixels, sizes: FrameSizes) -> Pixels:
    """Crop a picture to the largest accepted size, extending short sides by reflection."""
    height = _side(pixels.shape[0], sizes.min_height, sizes.max_height, sizes.multiple_height)
    width = _side(pixels.shape[1], sizes.min_width, sizes.max_width, sizes.multiple_width)
    short = max(0, height - pixels.shape[0]), max(0, width - pixels.shape[1])
    padded = np.pad(pixels, ((0, short[0]), (0, short[1])), mode="symmetric")
    return np.ascontiguousarray(padded[:height, :width])


def _side(length: int, low: int, high: int, multiple: int) -> int:
    whole = min(max(length, low), high) // multiple * multiple
    return whole if whole >= low else whole + multiple


def encode_png(pixels: Pixels) -> bytes:
    """A frame as PNG at maximum compression; the bundle stores it without compressing again."""
    return cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 9])[1].tobytes()
