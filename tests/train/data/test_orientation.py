from __future__ import annotations

import struct
from pathlib import Path

import cv2
import pytest

from edge.core.errors import ImageError
from tests.train.data.build import noise, with_exif
from train.data.orientation import read_orientation, refuse_turned


def tiff_block(order: str, orientation: int) -> bytes:
    head = {"<": b"II", ">": b"MM"}[order] + struct.pack(f"{order}HI", 42, 8)
    entries = [(0x0100, 3, 1, 64), (0x0112, 3, 1, orientation)]
    block = struct.pack(f"{order}H", len(entries))
    for tag, kind, count, value in entries:
        block += struct.pack(f"{order}HHIHH", tag, kind, count, value, 0)
    return head + block + b"\0\0\0\0"


def encoded(suffix: str) -> bytes:
    return cv2.imencode(suffix, noise(48, 64))[1].tobytes()


def written(suffix: str, orientation: int) -> bytes:
    block = tiff_block("<", orientation)
    match suffix:
        case ".jpg":
            return with_exif(encoded(suffix), orientation)
        case ".png":
            data = encoded(suffix)
            chunk = struct.pack(">I", len(block)) + b"eXIf" + block + b"\0\0\0\0"
            return data[:33] + chunk + data[33:]
        case ".webp":
            data = encoded(suffix)
            padded = block + b"\0" * (len(block) % 2)
            return data + b"EXIF" + struct.pack("<I", len(block)) + padded
        case _:
            return tiff_block(">", orientation)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_format_states_it(tmp_path: Path, suffix: str, orientation: int) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(written(suffix, orientation))
    assert read_orientation(path) == orientation
    if orientation == 1:
        refuse_turned(path)
        return
    with pytest.raises(ImageError, match=f"EXIF orientation {orientation}"):
        refuse_turned(path)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".bmp"])
def test_a_picture_that_states_none_is_upright(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(encoded(suffix))
    assert read_orientation(path) == 1


def test_what_is_cut_or_wrong_is_upright(tmp_path: Path) -> None:
    whole = written(".jpg", 6)
    path = tmp_path / "a.jpg"
    for length in (0, 1, 3, 10, 20, 24, 30):
        path.write_bytes(whole[:length])
        assert read_orientation(path) == 1
    path.write_bytes(with_exif(encoded(".jpg"), 99))
    assert read_orientation(path) == 1
    assert read_orientation(tmp_path / "none.jpg") == 1
