from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.coco_fuzz import FILE, LISTED, REFUSED, SOUND, fate, spoiled, write_set
from benchmarks.fuzz_tally import FAULT


def test_the_set_is_sound_before_it_is_spoiled(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(write_set(tmp_path))
    assert fate(tmp_path) == SOUND


@pytest.mark.parametrize("seed", [10, 11, 12])
def test_spoiled_files_are_listed_or_refused(tmp_path: Path, seed: int) -> None:
    text = write_set(tmp_path)
    ended = {}
    for number in range(100):
        (tmp_path / FILE).write_bytes(spoiled(text, seed, number))
        ended[number] = fate(tmp_path)
    assert [f"{n}: {how}" for n, how in ended.items() if how.startswith(FAULT)] == []
    # Most of what is done is noticed.
    assert sum(how in (LISTED, REFUSED) for how in ended.values()) > 50


def test_a_mutant_is_known_by_its_number() -> None:
    text = '{"images": [{"id": 1}], "annotations": [], "categories": []}'
    assert spoiled(text, 3, 7) == spoiled(text, 3, 7)
    assert len({spoiled(text, 3, number) for number in range(50)}) > 20
