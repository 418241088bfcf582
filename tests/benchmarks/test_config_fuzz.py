from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.config_fuzz import READ, REFUSED, commented, fate, settings, spoiled
from benchmarks.fuzz_tally import FAULT


def test_the_settings_are_read_before_it_is_spoiled(tmp_path: Path) -> None:
    path = tmp_path / "line.toml"
    path.write_text("\n".join(settings()))
    assert fate(path) == READ


@pytest.mark.parametrize("seed", [10, 11, 12])
def test_spoiled_files_are_read_or_refused(tmp_path: Path, seed: int) -> None:
    path, lines, more = tmp_path / "line.toml", settings(), commented()
    ended = {}
    for number in range(100):
        path.write_bytes(spoiled(lines, more, seed, number))
        ended[number] = fate(path)
    assert [f"{n}: {how}" for n, how in ended.items() if how.startswith(FAULT)] == []
    assert {READ, REFUSED} == set(ended.values())


def test_a_mutant_is_known_by_its_number() -> None:
    assert spoiled(settings(), commented(), 3, 7) == spoiled(settings(), commented(), 3, 7)
