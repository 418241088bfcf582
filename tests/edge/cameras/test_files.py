"""A folder of images is a camera that waits, in the order a person expects."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.cameras.files import FileCamera, image_files
from edge.core.errors import DataError, MissingPathError
from edge.core.frame import BadFrame, Frame
from edge.core.inspection import Cause


@pytest.fixture
def folder(tmp_path):
    for name in ("f10.png", "f2.png", "f1.png"):
        cv2.imwrite(str(tmp_path / name), np.full((8, 8), int(name[1:-4]), np.uint8))
    (tmp_path / "notes.txt").write_text("not strip")
    (tmp_path / ".f3.png").write_bytes(b"half a copy")
    return tmp_path


def test_numbers_in_names_count_as_numbers(folder):
    assert [p.name for p in image_files(folder)] == ["f1.png", "f2.png", "f10.png"]
    assert [int(f.pixels[0, 0]) for f in FileCamera([folder])] == [1, 2, 10]


def test_a_file_and_a_folder_may_be_mixed(folder):
    frames = list(FileCamera([folder / "f2.png", folder]))
    assert [f.number for f in frames] == [0, 1, 2, 3]
    assert frames[0].source.endswith("f2.png")


def test_an_unreadable_image_is_a_bad_frame_among_the_others(folder):
    (folder / "f5.png").write_bytes(b"\x89PNG broken")
    frames = list(FileCamera([folder]))
    bad = [f for f in frames if isinstance(f, BadFrame)]
    assert len(frames) == 4
    assert [(f.number, f.cause) for f in bad] == [(2, Cause.UNREADABLE)]
    assert "f5.png" in bad[0].detail


def test_content_says_what_an_image_is_and_what_is_named_as_one_is_never_passed_over(folder):
    (folder / "f2.png").rename(folder / "f2.dat")
    (folder / "f1.png").rename(folder / "f1.jpg")
    (folder / "f6.bmp").write_text("not strip either")
    os.mkfifo(folder / "f7.png")
    (folder / "f8.png").symlink_to("/dev/zero")
    (folder / "f9.png").mkdir()
    items = list(FileCamera([folder]))
    assert [Path(item.source).name for item in items] == [
        "f1.jpg",
        "f2.dat",
        "f6.bmp",
        "f7.png",
        "f8.png",
        "f10.png",
    ]
    bad = [item.detail for item in items if isinstance(item, BadFrame)]
    for detail, says in zip(bad, ("not an image", "a named pipe", "a device"), strict=True):
        assert says in detail


def test_a_sparse_file_of_terabytes_is_refused_by_its_size(folder):
    with (folder / "f2.png").open("wb") as file:
        file.truncate(2**42)
    first, second, _ = FileCamera([folder], most_pixels=1000)
    assert isinstance(first, Frame)
    assert "is not read: it is larger than" in second.detail


def test_a_missing_path_is_named(tmp_path):
    with pytest.raises(MissingPathError, match="nowhere"):
        FileCamera([tmp_path / "nowhere"])


def test_a_folder_without_images_is_refused(tmp_path):
    with pytest.raises(DataError, match="no image"):
        FileCamera([tmp_path])


def test_closing_ends_it(folder):
    camera = FileCamera([folder])
    frames = iter(camera)
    next(frames)
    camera.close()
    assert list(frames) == []
