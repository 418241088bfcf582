"""The page of the architecture names every room."""

from __future__ import annotations

import pytest

from tests.docs.pages import DOCS, ROOT, read


@pytest.mark.parametrize("package", ["edge", "train", "export"])
def test_every_room_has_a_line(package):
    page = read(DOCS / "architecture.md")
    section = page.partition(f"## Rooms of {package}\n")[2].partition("\n## ")[0]
    rooms = {path.parent.name for path in (ROOT / package).glob("*/__init__.py")}
    assert rooms
    assert {room for room in rooms if f"`{room}`" not in section} == set()
