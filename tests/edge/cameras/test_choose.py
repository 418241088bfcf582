"""The right camera for a word on the command line."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.cameras.choose import open_camera, open_files
from edge.cameras.files import FileCamera
from edge.errors import CameraError, MissingPathError


def image(path):
    cv2.imwrite(str(path), np.zeros((8, 8), np.uint8))
    return path


def test_images_and_folders_are_files(tmp_path):
    image(tmp_path / "a.png")
    assert isinstance(open_camera(str(tmp_path)), FileCamera)
    assert isinstance(open_camera(str(tmp_path / "a.png")), FileCamera)


@pytest.mark.parametrize("name", ["97", "rtsp://127.0.0.1:9/x", "/dev/null"])
def test_indices_streams_and_devices_go_to_opencv(name):
    with pytest.raises(CameraError, match="cannot be opened"):
        open_camera(name)


def test_frames_of_several_paths_are_numbered_through(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        image(tmp_path / folder / "a.png")
    (camera,) = open_files([tmp_path / "one", tmp_path / "two"])
    assert [f.number for f in camera] == [0, 1]


def test_a_typo_is_found_before_anything_is_inspected(tmp_path):
    image(tmp_path / "a.png")
    with pytest.raises(MissingPathError, match="typo"):
        next(iter(open_files([tmp_path, Path("typo")])))
