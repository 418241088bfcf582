from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.core.frame import Pixels
from edge.core.images import write_image
from tests.train.data.surface import surface
from train.data import read_unsplit
from train.data.duplicates.finder import find_near_duplicates
from train.data.sample import Sample

WIDTH, HEIGHT = 400, 128


def samples_of(folder: Path, pictures: list[Pixels], suffix: str = ".jpg") -> list[Sample]:
    found = []
    for number, pixels in enumerate(pictures):
        path = folder / f"{number:03}{suffix}"
        write_image(path, pixels)
        found.append(Sample(path, pixels.shape[1], pixels.shape[0], (), path.stem, "train"))
    return found


def shifted(dx: int, dy: int = 0) -> Callable[[Pixels], tuple[Pixels, Pixels]]:
    """Two windows of one strip, the second so much further."""

    def cut(strip: Pixels) -> tuple[Pixels, Pixels]:
        return strip[:HEIGHT, :WIDTH], strip[dy : dy + HEIGHT, dx : dx + WIDTH]

    return cut


def changed(change: Callable[[Pixels], Pixels]) -> Callable[[Pixels], tuple[Pixels, Pixels]]:
    """A window of a strip, and the same window changed."""

    def cut(strip: Pixels) -> tuple[Pixels, Pixels]:
        window = np.ascontiguousarray(strip[:HEIGHT, :WIDTH])
        return window, np.ascontiguousarray(change(window))

    return cut


def relit(pixels: Pixels) -> Pixels:
    grey = pixels.astype(np.float32)
    fall = np.linspace(0.5, 1.3, pixels.shape[1])[None, :]
    return np.asarray((grey * fall + 10).clip(0, 255), np.uint8)


def pasted(pixels: Pixels) -> Pixels:
    other = surface(HEIGHT, WIDTH, 99)
    other[:, 250:370] = pixels[:, 30:150]
    return other


@pytest.mark.parametrize(
    "cut",
    [
        shifted(100),
        shifted(200),
        shifted(300),
        shifted(337, 11),
        shifted(7, 40),
        changed(relit),
        changed(lambda p: p[:, ::-1]),
        changed(lambda p: p[::-1]),
        changed(lambda p: p[::-1, ::-1]),
        changed(lambda p: p.T),
        changed(np.rot90),
        changed(lambda p: relit(p[:, ::-1])),
        changed(pasted),
    ],
    ids=[
        *("by 100", "by 200", "by 300", "by little", "both ways", "relit", "mirrored", "flipped"),
        *("turned", "swapped", "turned by a quarter", "relit and mirrored", "pasted"),
    ],
)
def test_pictures_that_share_surface_are_found_and_others_are_not(
    tmp_path: Path, cut: Callable[[Pixels], tuple[Pixels, Pixels]]
) -> None:
    one, other = cut(surface(HEIGHT + 60, 2 * WIDTH, 0))
    rest = [surface(HEIGHT, WIDTH, seed) for seed in range(1, 9)]
    samples = samples_of(tmp_path, [*rest[:4], one, *rest[4:], other])
    found = find_near_duplicates(samples)
    assert [(pair.first, pair.second) for pair in found] == [(4, 9)]


def test_equal_defects_do_not_make_equal_surface(tmp_path: Path) -> None:
    pictures = [surface(HEIGHT, WIDTH, seed) for seed in range(6)]
    for pixels in pictures:
        cv2.ellipse(pixels, (200, 60), (40, 22), 0, 0, 360, 12, -1)
    assert find_near_duplicates(samples_of(tmp_path, pictures)) == []


def test_pictures_without_texture_share_nothing(tmp_path: Path) -> None:
    flat = [np.full((HEIGHT, WIDTH), level, np.uint8) for level in (0, 0, 128, 255)]
    ramp = np.tile(np.linspace(40, 200, WIDTH).astype(np.uint8), (HEIGHT, 1))
    assert find_near_duplicates(samples_of(tmp_path, [*flat, ramp, ramp // 2], ".png")) == []


def test_an_unreadable_picture_shares_nothing(tmp_path: Path) -> None:
    samples = samples_of(tmp_path, [surface(HEIGHT, WIDTH, 0), surface(HEIGHT, WIDTH, 0)])
    samples[0].path.write_bytes(b"")
    assert find_near_duplicates(samples) == []
    assert find_near_duplicates([]) == []


def test_the_pairs_of_real_strips_are_found(real_data: Path) -> None:
    """A part of CR7: every strip of the first 150 listed pairs, and as many that share nothing."""
    with open(real_data / "cr7" / "overlaps.csv", newline="") as file:
        listed = [(row["file_a"], row["file_b"]) for row in csv.DictReader(file)][:150]
    named = {name for pair in listed for name in pair}
    every = read_unsplit(real_data / "cr7").samples
    group_of = {sample.name: sample.group for sample in every}
    others, seen = [], {group_of[name] for name in named}
    for sample in every:
        if sample.group not in seen and len(others) < 200:
            seen.add(sample.group)
            others.append(sample)
    samples = [sample for sample in every if sample.name in named] + others
    found = {
        frozenset((samples[pair.first].name, samples[pair.second].name))
        for pair in find_near_duplicates(samples)
    }
    assert sum(frozenset(pair) in found for pair in listed) >= 0.9 * len(listed)
    strays = [pair for pair in found if len({group_of[name] for name in pair}) > 1]
    assert len(strays) <= 3


def test_other_exposures_of_a_part_are_found(real_data: Path) -> None:
    """A part of the magnetic tiles: 20 parts, each under several exposures."""
    every = read_unsplit(real_data / "magnetic_tile").samples
    parts = list(dict.fromkeys(sample.group for sample in every))[:20]
    samples = [sample for sample in every if sample.group in parts]
    alike = {
        (i, j)
        for i, one in enumerate(samples)
        for j, other in enumerate(samples)
        if i < j and one.group == other.group
    }
    found = {(pair.first, pair.second) for pair in find_near_duplicates(samples)}
    assert len(found & alike) >= 0.95 * len(alike)
    assert found <= alike
