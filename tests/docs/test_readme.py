"""The README is short, and its pictures are small."""

from __future__ import annotations

from tests.docs.pages import DOCS, ROOT, read

MAX_LINES = 150
MAX_BYTES = 150_000
"""Of one picture."""


def test_it_is_read_in_three_minutes():
    assert len(read(ROOT / "README.md").splitlines()) <= MAX_LINES


def test_pictures_are_small():
    sizes = {path.name: path.stat().st_size for path in (DOCS / "images").iterdir()}
    assert sizes
    assert [name for name, size in sizes.items() if size > MAX_BYTES] == []
