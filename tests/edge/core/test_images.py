"""Images are read whole and grey, or refused with what to do."""

from __future__ import annotations

import os

import cv2
import numpy as np
import pytest

from edge.core.errors import (
    ImageError,
    MissingPathError,
    UnwritableError,
)
from edge.core.images import NotAFileError, read_grey, what_is, write_image

GREY = np.tile(np.arange(0, 250, 2, dtype=np.uint8), (40, 1))


@pytest.fixture
def picture(tmp_path):
    def write(name, pixels):
        path = tmp_path / name
        assert cv2.imwrite(str(path), pixels)
        return path

    return write


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif"])
@pytest.mark.parametrize("channels", [1, 3])
def test_grey_comes_back_exactly(picture, suffix, channels):
    pixels = GREY if channels == 1 else np.dstack([GREY] * channels)
    assert np.array_equal(read_grey(picture(f"a{suffix}", pixels)), GREY)


def test_a_grey_jpeg_of_three_channels_is_grey(picture):
    assert np.abs(read_grey(picture("a.jpg", np.dstack([GREY] * 3))).astype(int) - GREY).max() < 6


def test_real_colour_is_refused_or_converted(picture):
    colour = np.dstack([GREY, GREY[:, ::-1], GREY])
    path = picture("a.png", colour)
    with pytest.raises(ImageError, match="real colour"):
        read_grey(path)
    expected = cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY)
    assert np.array_equal(read_grey(path, convert_colour=True), expected)


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
@pytest.mark.parametrize("kept", [0.0, 0.3, 0.95])
def test_a_cut_off_file_is_refused(picture, suffix, kept):
    path = picture(f"a{suffix}", GREY)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(ImageError, match=r"cut off|empty"):
        read_grey(path)


def test_what_is_no_image_is_refused(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_text("not a picture")
    with pytest.raises(ImageError, match="not an image"):
        read_grey(path)


def test_the_name_says_nothing(picture):
    path = picture("a.png", GREY)
    assert what_is(path).name == "PNG"
    assert np.array_equal(read_grey(path.rename(path.with_name("a.jpg"))), GREY)


def test_a_pipe_is_no_image_and_is_not_waited_for(tmp_path):
    path = tmp_path / "a.png"
    os.mkfifo(path)
    with pytest.raises(NotAFileError, match=r"a\.png is not read: it is a named pipe"):
        read_grey(path)
    assert what_is(path).kind == "other"


def test_a_picture_of_too_many_pixels_is_refused(picture):
    path = picture("a.png", GREY)
    with pytest.raises(ImageError, match=r"125×40 pixels by its header; 0\.001 million"):
        read_grey(path, most_pixels=1000)


def test_sixteen_bits_are_refused(picture):
    with pytest.raises(ImageError, match="16 bits"):
        read_grey(picture("a.png", GREY.astype(np.uint16) * 200))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(MissingPathError, match=r"nowhere\.png"):
        read_grey(tmp_path / "nowhere.png")


def test_writing_into_a_missing_folder_leaves_nothing(tmp_path):
    with pytest.raises(UnwritableError, match="cannot be written"):
        write_image(tmp_path / "none" / "a.png", GREY)
    assert list(tmp_path.iterdir()) == []


def test_every_real_frame_reads(real_data):
    files = sorted((real_data / "severstal" / "frames").glob("*.png"))
    assert len(files) == 20
    assert {read_grey(file).shape for file in files} == {(256, 1600)}
