from __future__ import annotations

import pytest

from edge.core.errors import DataError, UnwritableError
from tests.train.conftest import closed_folder
from train.atomic_paths import (
    new_folder,
    readable,
    writable,
    written_beside,
)


@pytest.mark.parametrize("kind", ["file", "folder"])
@pytest.mark.parametrize("fault", [KeyboardInterrupt, ValueError])
def test_what_is_not_finished_leaves_nothing(tmp_path, kind, fault):
    with pytest.raises(fault), written_beside(tmp_path / "a.keras") as path:
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


@pytest.mark.parametrize("within", [written_beside, new_folder])
def test_a_full_disk_is_said_and_leaves_nothing(tmp_path, within):
    full = pytest.raises(UnwritableError, match="a cannot be written: No space left")
    with full, within(tmp_path / "a"):
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_taken_is_left_alone(tmp_path):
    (tmp_path / "a").write_text("mine")
    for out in (tmp_path, tmp_path / "a"):
        with pytest.raises(UnwritableError, match="exists already"), new_folder(out):
            pytest.fail("it was entered")
    assert (tmp_path / "a").read_text() == "mine"


def test_refusals_name_what_was_refused(open_path):
    folder = open_path / "closed"
    folder.mkdir()
    with closed_folder(folder):
        with pytest.raises(DataError, match="closed cannot be read: Permission"), readable(folder):
            list(folder.iterdir())
        with pytest.raises(UnwritableError, match="closed cannot be written"), writable(folder):
            (folder / "a").unlink()
        with pytest.raises(UnwritableError, match="Permission denied"), new_folder(folder / "new"):
            pytest.fail("it was entered")
