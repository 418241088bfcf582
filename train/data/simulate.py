"""Write a simulated data set in Severstal's layout: what the readers, training and demo run on."""

from __future__ import annotations

import csv
import io
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from edge.files import make_folder, write_whole
from edge.images import write_image
from edge.masks import Mask, mask_to_kaggle
from edge.simulator import StripSimulator
from train.data.progress import Progress, quiet
from train.data.severstal import ABOUT, IMAGES, TABLE
from train.folders import new_folder

JPEG_QUALITY = 95

FrameRows = list[tuple[str, int, str]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to simulate: seed, and the share of frames with a defect (None: the simulator's own)."""

    seed: int
    defect_rate: float | None = None


def simulate_data(
    out: Path, frames: int, plan: Plan, *, workers: int = 1, progress: Progress = quiet
) -> None:
    """Write ``frames`` JPEG frames (1600×256, quality 95), ``train.csv`` and ``simulated.json``.

    The same plan draws the same frames, whatever ``workers`` is. All is written into a folder
    beside ``out`` that takes its name only when it is complete.

    Raises:
        UnwritableError: ``out`` exists and is not an empty folder, or cannot be written.
    """
    simulator = StripSimulator(plan.seed, defect_rate=plan.defect_rate)
    with new_folder(out) as folder:
        make_folder(folder / IMAGES)
        jobs = [(simulator, index, folder / IMAGES) for index in range(frames)]
        rows: FrameRows = []
        # Threads serve: drawing and encoding spend their time in NumPy and OpenCV.
        pool = ThreadPoolExecutor(workers)
        try:
            for of_frame in progress(pool.map(_write_frame, jobs), "Simulating", frames):
                rows.extend(of_frame)
        finally:
            pool.shutdown(cancel_futures=True)
        write_whole(folder / TABLE, _table(rows))
        write_whole(folder / ABOUT, json.dumps(_about(frames, plan), indent=2) + "\n")


def _write_frame(job: tuple[StripSimulator, int, Path]) -> FrameRows:
    """Draw and save one frame; its rows of ``train.csv``, one a class."""
    simulator, index, folder = job
    frame = simulator.draw(index)
    name = f"sim{simulator.seed}_{index:06d}.jpg"
    write_image(folder / name, frame.pixels, quality=JPEG_QUALITY)
    masks: dict[int, Mask] = {}
    for defect in frame.defects:
        mask = masks.setdefault(defect.class_id, np.zeros(frame.pixels.shape, np.bool_))
        mask |= defect.mask
    return [(name, class_id, mask_to_kaggle(masks[class_id])) for class_id in sorted(masks)]


def _table(rows: FrameRows) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["ImageId", "ClassId", "EncodedPixels"])
    writer.writerows(rows)
    return text.getvalue()


def _about(frames: int, plan: Plan) -> dict[str, object]:
    try:
        release = version("millsight")
    except PackageNotFoundError:
        release = "unknown"
    rate = {} if plan.defect_rate is None else {"defect_rate": plan.defect_rate}
    return {
        "source": f"millsight simulator {release}, seed {plan.seed}: simulated, not real steel",
        "terms": "drawn by millsight, under its licence",
        "frames": frames,
        "seed": plan.seed,
        **rate,
        "jpeg_quality": JPEG_QUALITY,
    }
