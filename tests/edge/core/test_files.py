"""Files are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from edge.core.errors import UnwritableError
from edge.core.files import (
    check_writable,
    is_there,
    make_folder,
    writable,
    write_whole,
    writing_whole,
    written_beside,
)


def test_a_file_is_replaced_and_nothing_else_remains(tmp_path):
    path = tmp_path / "a.json"
    path.write_text("old")
    write_whole(path, "new")
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]
    assert path.read_text() == "new"


def test_a_failed_write_keeps_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.json"
    path.write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("edge.core.files.os.replace", full)
    with pytest.raises(UnwritableError, match="No space left"):
        write_whole(path, b"new")
    assert [p.read_text() for p in tmp_path.iterdir()] == ["old"]


def test_what_only_its_owner_may_read_is_never_open_to_others(tmp_path, monkeypatch):
    modes = []
    replace = os.replace
    monkeypatch.setattr(
        "edge.core.files.os.replace",
        lambda a, b: (modes.append(a.stat().st_mode & 0o777), replace(a, b)),
    )
    write_whole(tmp_path / "secret", "s", mode=0o600)
    assert modes == [0o600]
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_a_link_is_followed_and_a_device_is_left_a_device(tmp_path):
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_text("old")
    link.symlink_to(real)
    write_whole(link, "new")
    assert link.is_symlink() and real.read_text() == "new"
    device = Path("/dev/null")
    write_whole(device, "gone")
    assert device.is_char_device()


@pytest.mark.parametrize("name", ["none/a.json", "."])
def test_an_unwritable_target_is_found_out_early(tmp_path, name):
    with pytest.raises(UnwritableError):
        check_writable(tmp_path / name)


def test_a_folder_where_a_file_stands_is_an_error(tmp_path):
    (tmp_path / "a").write_text("")
    with pytest.raises(UnwritableError, match="cannot be created"):
        make_folder(tmp_path / "a")


def test_a_file_written_piece_by_piece_has_its_name_when_it_is_whole(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(b"old")
    with writing_whole(path) as file:
        file.write(b"new ")
        assert path.read_bytes() == b"old"
        file.write(b"rows")
    assert path.read_bytes() == b"new rows"
    with pytest.raises(KeyError), writing_whole(path) as file:
        file.write(b"half")
        raise KeyError
    assert path.read_bytes() == b"new rows"
    assert [p.name for p in tmp_path.iterdir()] == ["table.csv"]


def test_a_device_is_written_to_and_stays_a_device(tmp_path):
    link = tmp_path / "link"
    link.symlink_to("/dev/null")
    with writing_whole(link) as file:
        file.write(b"gone")
    assert Path("/dev/null").is_char_device()
    assert [p.name for p in tmp_path.iterdir()] == ["link"]


@pytest.mark.parametrize("kind", ["file", "folder"])
@pytest.mark.parametrize("fault", [KeyboardInterrupt, ValueError])
def test_what_is_not_finished_leaves_nothing(tmp_path, kind, fault):
    with pytest.raises(fault), written_beside(tmp_path / "a", suffix=".keras") as path:
        assert path.suffix == ".keras"
        if kind == "file":
            path.write_text("half")
        else:
            path.mkdir()
            (path / "b").write_text("half")
        raise fault
    assert list(tmp_path.iterdir()) == []


def test_a_finished_file_replaces_the_one_before(tmp_path):
    (tmp_path / "a").write_text("old")
    with written_beside(tmp_path / "a") as path:
        path.write_text("new")
        assert (tmp_path / "a").read_text() == "old"
    assert [p.read_text() for p in tmp_path.iterdir()] == ["new"]


@pytest.mark.parametrize("before", ["absent", "empty"])
def test_a_folder_has_its_name_when_it_is_whole(tmp_path, before):
    if before == "empty":
        (tmp_path / "a").mkdir()
    with written_beside(tmp_path / "a") as folder:
        folder.mkdir()
        (folder / "b").write_text("whole")
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a" / "b").read_text() == "whole"


def test_a_durable_file_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    done = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(
        "edge.core.files.os.fsync",
        lambda of: (done.append(str(Path(f"/proc/self/fd/{of}").readlink())), fsync(of)),
    )
    monkeypatch.setattr(
        "edge.core.files.os.replace", lambda a, b: (done.append("replace"), replace(a, b))
    )
    write_whole(tmp_path / "a", "new")
    file, renamed, folder = done
    assert Path(file).name.startswith(".a.") and file.endswith(".part")
    assert (renamed, folder) == ("replace", str(tmp_path))
    done.clear()
    write_whole(tmp_path / "a", "new", durable=False)
    assert done == ["replace"]


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path):
    full = pytest.raises(UnwritableError, match="a cannot be written: No space left")
    with full, written_beside(tmp_path / "a") as path:
        path.write_text("half")
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_a_refusal_names_what_was_refused(tmp_path):
    with (
        pytest.raises(UnwritableError, match="a cannot be written: No such file"),
        writable(tmp_path / "a"),
    ):
        (tmp_path / "a" / "b").unlink()


@pytest.mark.parametrize("name", ["n" * 5000, "a\x00b", "nowhere"])
def test_a_path_that_cannot_be_names_nothing(name):
    assert not is_there(Path(name))
