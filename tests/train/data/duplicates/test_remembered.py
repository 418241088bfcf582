from __future__ import annotations

from pathlib import Path

import pytest

from tests.train.data.duplicates.test_finder import samples_of
from tests.train.data.surface import surface
from train.data.duplicates import remembered
from train.data.duplicates.remembered import near_duplicates


def test_they_are_sought_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    samples = samples_of(tmp_path, [surface(128, 200, 5)] * 2)
    found = near_duplicates(samples)
    assert [(pair.first, pair.second) for pair in found] == [(0, 1)]
    monkeypatch.setattr(
        remembered, "find_near_duplicates", lambda *_: pytest.fail("sought once more")
    )
    assert near_duplicates(samples) == found


def test_a_changed_picture_is_looked_at_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    samples = samples_of(tmp_path, [surface(128, 200, 5)] * 2)
    assert len(near_duplicates(samples)) == 1
    samples_of(tmp_path, [surface(128, 200, 6)])
    assert near_duplicates(samples) == []


@pytest.mark.parametrize("content", ["", "[[0, 5, false]]", "{}", '[["a"]]', "[[1, 0, false]]"])
def test_a_damaged_or_closed_cache_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    samples = samples_of(tmp_path, [surface(128, 200, 5)] * 2)
    found = near_duplicates(samples)
    (file,) = (tmp_path / "cache" / "millsight" / "near-duplicates").iterdir()
    file.write_text(content)
    assert near_duplicates(samples) == found
    monkeypatch.setenv("XDG_CACHE_HOME", str(samples[0].path))
    assert near_duplicates(samples) == found
