"""The whole exploration: train/data/eda/__init__.py, page.py and pictures.py."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.core.errors import ImageError, UnwritableError
from tests.train.data.build import SQUARE, annotation, coco, image, severstal
from train.data import read_unsplit
from train.data.eda import write_exploration


def explored(root: Path, out: Path) -> tuple[str, dict]:
    write_exploration(read_unsplit(root), out, images=50, examples=1)
    return (out / "report.html").read_text(), json.loads((out / "eda.json").read_text())


def test_the_report_holds_every_picture_and_points_nowhere(tmp_path: Path) -> None:
    rows = f"ImageId,ClassId,EncodedPixels\na.jpg,1,{SQUARE}\na.jpg,3,1 5\nb.jpg,3,1 9\n"
    page, numbers = explored(severstal(tmp_path / "in", rows, tests=2), tmp_path / "out")
    HTMLParser().feed(page)
    headings = re.findall("<h2>(.*?)</h2>", page)
    assert headings == [
        "Counts",
        "Overlap of classes",
        "Areas",
        "Positions",
        "Brightness",
        "Examples",
    ]
    pictures = re.findall(r'src="data:image/(?:png|jpeg);base64,([^"]+)"', page)
    assert len(pictures) == page.count("<img") == 5 + 3  # examples: clean, class 1, class 3
    for picture in pictures:
        assert cv2.imdecode(np.frombuffer(b64decode(picture), np.uint8), cv2.IMREAD_COLOR).size
    assert "http" not in re.sub(r"base64,[^\"]+", "", page)
    assert "Another 2 images have no labels" in page
    assert numbers["counts"]["overlap"][0] == [1, 0, 1, 0]
    assert numbers["unlabelled"] == 2
    assert numbers["sizes_px"]["1"]["area"]["p50"] == 20


def test_names_are_escaped(tmp_path: Path) -> None:
    root = coco(tmp_path / "a&b", {"val": ([image(1)], [annotation(1, 1)])})
    page, _ = explored(root, tmp_path / "out")
    assert "Exploration of a&amp;b" in page


def test_a_set_without_any_instance_has_a_report(tmp_path: Path) -> None:
    page, numbers = explored(coco(tmp_path / "in", {"val": ([image(1)], [])}), tmp_path / "out")
    assert "1 labelled images" in page
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
