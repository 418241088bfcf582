from __future__ import annotations

import pytest

from edge.core.errors import DataError, UnwritableError
from edge.core.files import written_beside
from tests.train.conftest import closed_folder
from train.atomic_paths import new_folder, readable


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path):
    full = pytest.raises(UnwritableError, match="a cannot be written: No space left")
    with full, new_folder(tmp_path / "a"):
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
        with (
            pytest.raises(UnwritableError, match="cannot be written: Permission"),
            written_beside(folder / "a") as path,
        ):
            path.write_text("")
        with pytest.raises(UnwritableError, match="Permission denied"), new_folder(folder / "new"):
            pytest.fail("it was entered")
