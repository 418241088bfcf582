"""The whole exploration: train/data/eda/__init__.py, page.py and pictures.py."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from edge.core.errors import ImageError, UnwritableError
from tests.train.data.build import SQUARE, annotation, coco, image, severstal
from tests.train.html.pages import HOSTILE, INERT, self_contained
from train.data import read_unsplit
from train.data.eda import write_exploration


def explored(root: Path, out: Path) -> tuple[str, dict]:
    write_exploration(read_unsplit(root), out, images=50, examples=1)
    return (out / "report.html").read_text(), json.loads((out / "eda.json").read_text())


def test_the_report_holds_every_picture_and_points_nowhere(tmp_path: Path) -> None:
    rows = f"ImageId,ClassId,EncodedPixels\na.jpg,1,{SQUARE}\na.jpg,3,1 5\nb.jpg,3,1 9\n"
    page, numbers = explored(severstal(tmp_path / "in", rows, tests=2), tmp_path / "out")
    parsed = self_contained(page)
    headings = re.findall("<h2>(.*?)</h2>", page)
    assert headings == [
        "Counts",
        "Overlap of classes",
        "Areas",
        "Positions",
        "Brightness",
        "Examples",
    ]
    assert len(parsed.pictures) == page.count("<img") == 5 + 3  # clean, class 1, class 3
    assert "http" not in re.sub(r"base64,[^\"]+", "", page)
    assert "Another 2 images have no labels" in page
    assert numbers["counts"]["overlap"][0] == [1, 0, 1, 0]
    assert numbers["unlabelled"] == 2
    assert numbers["sizes_px"]["1"]["area"]["p50"] == 20


def test_names_are_escaped(tmp_path: Path) -> None:
    root = coco(tmp_path / "in", {"val": ([image(1)], [annotation(1, 1)])})
    named = replace(
        read_unsplit(root), name=HOSTILE, source=HOSTILE, terms=HOSTILE, classes=(HOSTILE, "dent")
    )
    write_exploration(named, tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text()
    self_contained(page)
    for expected in (f"Exploration of {INERT}", f"Source: {INERT}", f"Terms: {INERT}"):
        assert expected in page
    assert page.count(f">{INERT}<") == 2  # the class, as a column and as a row


def test_a_set_without_any_instance_has_a_report(tmp_path: Path) -> None:
    page, numbers = explored(coco(tmp_path / "in", {"val": ([image(1)], [])}), tmp_path / "out")
    assert "1 labelled image (" in page
    assert numbers["sizes_px"]["pit"]["area"] is None


def test_nothing_is_written_where_an_image_is_unreadable(tmp_path: Path) -> None:
    root = coco(tmp_path / "in", {"val": ([image(1)], [])})
    (root / "images" / "1.png").write_bytes(b"")
    with pytest.raises(ImageError):
        explored(root, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_place_that_cannot_be_written_is_named_first(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    root = coco(tmp_path / "in", {"val": ([image(1)], [])})
    with pytest.raises(UnwritableError, match="file"):
        explored(root, tmp_path / "file" / "out")
