"""Write a simulated data set in Severstal's layout: what the readers, training and demo run on."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from pathlib import Path

import numpy as np

from edge.config.camera import FIRST_DATA_SEED
from edge.core.files import make_folder, write_whole
from edge.core.images import write_image
from edge.core.rle import Mask, mask_to_kaggle
from edge.simulator import DrawnDefect, DrawnFrame, StripSimulator
from edge.simulator.composer import StripComposer
from train.atomic_paths import new_folder
from train.data.progress import ItemProgress, quiet
from train.data.severstal import ABOUT, IMAGES, TABLE

JPEG_QUALITY = 95

FrameRows = list[tuple[str, int, str]]

_LIVE_REEL = 100
"""Frames composed of one set of prepared pieces, of which each adds about one."""


@dataclass(frozen=True, slots=True)
class SimulationSettings:
    """What to simulate.

    Attributes:
        seed: Another seed, other frames.
        defect_rate: Share of frames with a defect; None is the simulator's own.
        live: Frames as the simulated camera composes them, instead of frames drawn whole. Those of
            a reel show the same defects in other places and lights: to train on, not to judge on.
    """

    seed: int
    defect_rate: float | None = None
    live: bool = False


def simulate_data(
    out: Path,
    frames: int,
    plan: SimulationSettings,
    *,
    workers: int = 1,
    progress: ItemProgress = quiet,
) -> None:
    """Write ``frames`` JPEG frames (1600×256, quality 95), ``train.csv`` and ``simulated.json``.

    The same plan draws the same frames, whatever ``workers`` is. All is written into a folder
    beside ``out`` that takes its name only when it is complete.

    Raises:
        UnwritableError: ``out`` exists and is not an empty folder, or cannot be written.
    """
    reel = _LIVE_REEL if plan.live else 1
    reels = [range(first, min(first + reel, frames)) for first in range(0, frames, reel)]
    with new_folder(out) as folder:
        make_folder(folder / IMAGES)
        rows: FrameRows = []
        # Threads serve: drawing and encoding spend their time in NumPy and OpenCV.
        pool = ThreadPoolExecutor(workers)
        try:
            write = partial(_write_reel, plan, folder / IMAGES)
            written = chain.from_iterable(pool.map(write, reels))
            for of_frame in progress(written, "Simulating", frames):
                rows.extend(of_frame)
        finally:
            pool.shutdown(cancel_futures=True)
        write_whole(folder / TABLE, _table(rows))
        write_whole(
            folder / ABOUT, json.dumps(_about(frames, plan), indent=2, allow_nan=False) + "\n"
        )


def _write_reel(plan: SimulationSettings, folder: Path, numbers: range) -> list[FrameRows]:
    """Simulate and save these frames; each one's rows of ``train.csv``, one a class."""
    simulated = _composed if plan.live else _drawn
    written = []
    for number, frame in zip(numbers, simulated(plan, numbers), strict=True):
        name = f"{'live' if plan.live else 'sim'}{plan.seed}_{number:06d}.jpg"
        write_image(folder / name, frame.pixels, quality=JPEG_QUALITY)
        masks: dict[int, Mask] = {}
        for defect in frame.defects:
            mask = masks.setdefault(defect.class_id, np.zeros(frame.pixels.shape, np.bool_))
            mask |= defect.mask
        written.append([(name, shown, mask_to_kaggle(masks[shown])) for shown in sorted(masks)])
    return written


def _drawn(plan: SimulationSettings, numbers: range) -> Iterator[DrawnFrame]:
    simulator = StripSimulator(plan.seed, defect_rate=plan.defect_rate)
    return map(simulator.draw, numbers)


def _composed(plan: SimulationSettings, numbers: range) -> Iterator[DrawnFrame]:
    """Each frame has a look of its own: neighbours of one look would be near-duplicates."""
    composer = StripComposer(
        seed=FIRST_DATA_SEED * (plan.seed + 1) + numbers.start,
        defect_rate=plan.defect_rate,
        frames_a_look=(1, 2),
    )
    for _ in numbers:
        frame = composer.compose()
        defects = []
        for shown in frame.defects:
            mask = np.zeros(frame.pixels.shape, np.bool_)
            x, y, width, height = shown.box
            mask[y : y + height, x : x + width] = shown.mask
            defects.append(DrawnDefect(shown.class_id, mask))
        yield DrawnFrame(frame.pixels, tuple(defects))


def _table(rows: FrameRows) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["ImageId", "ClassId", "EncodedPixels"])
    writer.writerows(rows)
    return text.getvalue()


def _about(frames: int, plan: SimulationSettings) -> dict[str, object]:
    try:
        release = version("millsight")
    except PackageNotFoundError:
        release = "unknown"
    chosen = {"defect_rate": plan.defect_rate, "live": plan.live or None}
    how = ", composed as by the simulated camera" if plan.live else ""
    return {
        "source": f"millsight simulator {release}, seed {plan.seed}{how}: simulated,"
        " not real steel",
        "terms": "drawn by millsight, under its licence",
        "frames": frames,
        "seed": plan.seed,
        **{key: value for key, value in chosen.items() if value is not None},
        "jpeg_quality": JPEG_QUALITY,
    }
