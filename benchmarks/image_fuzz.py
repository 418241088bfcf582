"""How many spoiled pictures are taken for whole, by format.

    python -m benchmarks.image_fuzz --mutants 1000

A picture of strip is spoiled in one of the ways of ``image_mutants`` and read as ``millsight``
reads it. ``refused`` was not inspected; ``same`` shows every pixel as before, since what was
changed is not part of the picture; ``altered`` shows others and was not refused. Of BMP, PGM, plain
TIFF and WebP that must be so: nothing in them says what a pixel should be. ``OpenCV alone`` is how
many altered pictures OpenCV's decoder gives of the same files.

Of the stream it is counted by its pictures: each must be one of those that were sent.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from statistics import median

import click
import cv2
import numpy as np

from benchmarks.image_mutants import BOUNDARY, MUTATIONS, STREAM, multipart, samples, strip
from edge.cameras.http_mjpeg import MultipartReader
from edge.core.errors import MillsightError
from edge.core.frame import Pixels
from edge.core.images import decode_grey
from train.data.progress import track

REFUSED, SAME, ALTERED = "refused", "same", "altered"
SLOW_S = 5.0
"""Longer than any file of these may take, however spoiled."""

MOST_PIXELS = 1_000_000

STREAMED = 4
"""Pictures in a stream."""


def spoiled(data: bytes, mutants: int, seed: object) -> Iterator[tuple[str, bytes]]:
    """So many spoiled files, each with the name of what was done to it."""
    rng, names = random.Random(str(seed)), list(MUTATIONS)
    while mutants:
        name = rng.choice(names)
        mutant = MUTATIONS[name](data, rng)
        if mutant != data:
            mutants -= 1
            yield name, mutant


def fate(data: bytes, whole: list[Pixels]) -> str:
    """What becomes of a spoiled file: ``refused``, ``same``, ``altered``, or its fault."""
    began = time.perf_counter()
    try:
        pixels = decode_grey(data, "mutant", most_pixels=MOST_PIXELS)
        told = SAME if any(np.array_equal(pixels, each) for each in whole) else ALTERED
    except MillsightError:
        told = REFUSED
    except Exception as error:
        told = f"FAULT {type(error).__name__}"
    return told if time.perf_counter() - began < SLOW_S else "FAULT slow"


def fates_of_stream(data: bytes, whole: list[Pixels]) -> list[str]:
    """What becomes of each picture of a spoiled stream; the last is ``refused`` where it breaks."""
    stream = BytesIO(data)
    reader = MultipartReader(lambda: stream.read(4096), BOUNDARY, MOST_PIXELS)
    told = []
    try:
        while (part := reader.next()) is not None:
            told.append(fate(part, whole))
    except MillsightError:
        told.append(REFUSED)
    except Exception as error:
        told.append(f"FAULT {type(error).__name__}")
    return told


def altered_by_opencv(data: bytes, whole: list[Pixels]) -> bool:
    """Whether OpenCV gives a picture, and another one than was written."""
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    except cv2.error:
        return False
    return pixels is not None and not any(np.array_equal(pixels, each) for each in whole)


def grey_of(data: bytes) -> Pixels:
    """What is read of a whole file."""
    return decode_grey(data, "whole", most_pixels=MOST_PIXELS)


@click.command()
@click.option("--mutants", default=1000, show_default=True, help="Spoiled files of each format.")
@click.option("--seed", default=0, show_default=True)
@click.option("--times", is_flag=True, help="Print what reading a whole frame costs instead.")
def fuzz(mutants: int, seed: int, times: bool) -> None:
    """Print how many spoiled pictures were taken for whole; exits with 1 if one caused a fault."""
    if times:
        _print_times()
        return
    click.echo("| format | refused | same | altered | OpenCV alone | faults | altered by |")
    click.echo("|---|---|---|---|---|---|---|")
    faults: Counter[str] = Counter()
    for format_, data in samples(strip()).items():
        whole, opencv = [grey_of(data)], 0
        ends: Counter[str] = Counter()
        by: Counter[str] = Counter()
        for name, mutant in track(spoiled(data, mutants, f"{seed} {format_}"), format_, mutants):
            told = fate(mutant, whole)
            ends[told] += 1
            by[name] += told == ALTERED
            opencv += altered_by_opencv(mutant, whole)
        faults += _row(format_, ends, by, str(opencv))
    ends, whole, stream = Counter(), *_stream()
    for _, mutant in track(spoiled(stream, mutants, f"{seed} {STREAM}"), STREAM, mutants):
        ends.update(fates_of_stream(mutant, whole))
    faults += _row(STREAM, ends, Counter(), "")
    click.echo(f"\n{faults.total()} faults; seed {seed}")
    if faults:
        click.echo(", ".join(faults))
        sys.exit(1)


def _print_times() -> None:
    click.echo("| format | bytes | OpenCV alone, ms | millsight, ms |\n|---|---|---|---|")
    for format_, data in samples(strip(height=256, width=1600)).items():
        buffer = np.frombuffer(data, np.uint8)
        alone = _median_ms(partial(cv2.imdecode, buffer, cv2.IMREAD_UNCHANGED))
        ours = _median_ms(partial(grey_of, data))
        click.echo(f"| {format_} | {len(data):,} | {alone:.2f} | {ours:.2f} |")


def _median_ms(read: Callable[[], object], repeats: int = 40) -> float:
    """The median CPU time of some calls, in milliseconds, which other processes do not lengthen."""
    taken = []
    for _ in range(repeats):
        began = time.thread_time()
        read()
        taken.append(time.thread_time() - began)
    return 1e3 * median(taken)


def _stream() -> tuple[list[Pixels], bytes]:
    files = [samples(strip(seed))["JPEG"] for seed in range(STREAMED)]
    return [grey_of(file) for file in files], multipart(files)


def _row(format_: str, ends: Counter[str], by: Counter[str], opencv: str) -> Counter[str]:
    faults = Counter({told: n for told, n in ends.items() if told.startswith("FAULT")})
    worst = ", ".join(f"{name} {n}" for name, n in by.most_common() if n)
    counts = " | ".join(str(ends[told]) for told in (REFUSED, SAME, ALTERED))
    click.echo(f"| {format_} | {counts} | {opencv} | {faults.total()} | {worst} |")
    return faults


if __name__ == "__main__":
    fuzz()
