from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from edge.core.images import write_image
from tests.train.data.build import noise, sample
from train.data.groups import difference_hash, join_identical, join_similar, similar_pairs
from train.data.sample import Sample


def written(folder: Path, name: str, seed: int, group: str) -> Sample:
    smooth = cv2.GaussianBlur(noise(64, 256, seed), (0, 0), 6)
    pixels = cv2.normalize(smooth, None, 30, 220, cv2.NORM_MINMAX).astype(np.uint8)
    write_image(folder / name, pixels)
    return sample(name=str(folder / name), size=(256, 64), group=group)


def groups(samples: list[Sample]) -> list[str]:
    return [s.group for s in samples]


def test_identical_files_share_a_group_and_bring_their_groups_along(tmp_path: Path) -> None:
    samples = [
        written(tmp_path, "a.png", 1, "a"),
        written(tmp_path, "b.png", 2, "b"),
        written(tmp_path, "c.png", 1, "c"),
        written(tmp_path, "d.png", 3, "c"),
    ]
    assert groups(join_identical(samples)) == ["a", "b", "a", "a"]


def test_re_encoded_and_brighter_copies_share_a_group(tmp_path: Path) -> None:
    original = written(tmp_path, "a.png", 1, "a")
    copy = tmp_path / "b.jpg"
    write_image(copy, cv2.add(original.read(), 8), quality=70)
    other = written(tmp_path, "c.png", 2, "c")
    samples = [original, replace(original, path=copy, group="b"), other]
    assert groups(join_identical(samples)) == ["a", "b", "c"]
    assert groups(join_similar(samples, 12)) == ["a", "a", "c"]


def test_similar_pairs_are_those_within_the_distance() -> None:
    rng = np.random.default_rng(0)
    hashes = rng.integers(0, 2, (600, 24)).astype(np.bool_)  # more than one block
    apart = (hashes[:, None] ^ hashes[None]).sum(axis=2)
    expected = {(i, j) for i, j in np.argwhere(apart <= 4).tolist() if i < j}
    found = similar_pairs(hashes, 4)
    assert expected
    assert len(found) == len(expected)
    assert set(found) == expected


def test_hash_says_where_brightness_rises() -> None:
    ramp = np.tile(np.arange(66, dtype=np.uint8), (16, 1))
    assert difference_hash(ramp).all()
    assert not difference_hash(ramp[:, ::-1]).any()
    assert difference_hash(ramp).shape == (256,)
