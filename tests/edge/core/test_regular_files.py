"""Files that others made are read without waiting, without end, and without acting on a device."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from edge.core.regular_files import UnfitFileError, read_regular, read_start


def test_a_file_and_a_link_to_it_are_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"strip")
    (tmp_path / "b").symlink_to("a")
    assert [read_regular(tmp_path / name, 5) for name in "ab"] == [b"strip", b"strip"]
    assert read_start(tmp_path / "b", 2) == b"st"


def test_a_pipe_a_device_a_folder_and_a_socket_are_named_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
    for path, kind in (
        (tmp_path / "pipe", "a named pipe"),
        (tmp_path / "zero", "a device"),
        (tmp_path, "a folder"),
        (tmp_path / "socket", "a socket"),
    ):
        for read in (read_regular, read_start):
            with pytest.raises(UnfitFileError, match=f"it is {kind}, and no file"):
                read(path, 100)


def test_a_sparse_file_is_refused_by_its_size_and_its_start_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(2**42)
    with pytest.raises(UnfitFileError, match="larger than 1,000 bytes"):
        read_regular(path, 1000)
    assert read_start(path, 4) == bytes(4)


def test_a_file_that_has_more_than_its_size_says_is_refused() -> None:
    """Files of the kernel say that they are empty."""
    with pytest.raises(UnfitFileError, match="larger than 10 bytes"):
        read_regular(Path("/proc/self/status"), 10)


@pytest.mark.parametrize("name", ["nowhere", "with\0null"])
def test_a_missing_file_is_missing(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileNotFoundError):
        read_regular(tmp_path / name)
