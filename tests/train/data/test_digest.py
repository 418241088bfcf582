from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from edge.core.errors import ImageError
from tests.train.data.build import annotation, coco, image
from train.data.coco import read_coco
from train.data.digest import data_digest, split_digest
from train.data.sample import Sample


@pytest.fixture
def samples(tmp_path: Path) -> list[Sample]:
    entries = [annotation(1, 1), annotation(2, 2, 4)]
    return list(read_coco(coco(tmp_path, {"val": ([image(1), image(2)], entries)})).samples)


def test_order_group_and_split_do_not_matter(samples: list[Sample]) -> None:
    moved = [replace(s, split="train", group="g") for s in reversed(samples)]
    assert data_digest(moved) == data_digest(samples)
    assert len(data_digest(samples)) == 64


def test_the_splits_have_a_digest_of_their_own(samples: list[Sample]) -> None:
    first, second = samples
    assert split_digest([second, first]) == split_digest(samples)
    assert len(split_digest(samples)) == 64
    others = (
        [first, replace(second, split="holdout")],
        [first, replace(second, group="g")],
        [first, replace(second, path=second.path.with_name("3.png"))],
        [first],
        [replace(first, group=second.group), replace(second, group=first.group)],
    )
    found = {split_digest(samples), *map(split_digest, others)}
    assert len(found) == 1 + len(others)


def test_a_changed_label_shows(samples: list[Sample]) -> None:
    relabelled = [samples[0], replace(samples[1], instances=())]
    assert data_digest(relabelled) != data_digest(samples)


def test_a_changed_pixel_shows(samples: list[Sample]) -> None:
    before = data_digest(samples)
    samples[0].path.write_bytes(samples[1].path.read_bytes())
    assert data_digest(samples) != before


def test_an_unreadable_image_is_named(samples: list[Sample]) -> None:
    samples[0].path.unlink()
    with pytest.raises(ImageError, match=r"1\.png"):
        data_digest(samples)
