"""Older files of the log are renamed and deleted only where the program has begun them."""

from __future__ import annotations

import errno
import itertools
import os
from pathlib import Path

import pytest

from edge.app.log_rotation import LogRotation


@pytest.fixture
def path(tmp_path):
    return tmp_path / "m.log"


LINES = itertools.count()


def begin(path, rotation):
    path.write_text(f"line {next(LINES)}\n")
    rotation.begun()


def rotate(path, times, keep=3):
    """As many files begun and rotated away; the content of each."""
    written = []
    for _ in range(times):
        rotation = LogRotation(path, keep)  # As after a new start of the program.
        begin(path, rotation)
        with path.open("a") as file:
            file.write("more\n")
        written.append(path.read_text())
        LogRotation(path, keep).rotate()
    return written


def older(path):
    return {
        each.name.removeprefix("m.log."): each.read_text() for each in path.parent.glob("m.log.*")
    }


def test_so_many_are_kept_the_newest_first(path):
    written = rotate(path, 5)
    assert older(path) == {"1": written[4], "2": written[3], "3": written[2]}


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_file_of_another_keeps_its_name_and_its_content(path, number):
    foreign = path.with_name(f"m.log.{number}")
    foreign.write_text("from before, by hand")
    written = rotate(path, 6)
    kept = older(path)
    assert kept.pop(str(number)) == "from before, by hand"
    assert [kept[name] for name in sorted(kept)] == written[:2:-1]


def test_one_that_was_replaced_by_hand_stays(path):
    rotate(path, 3)
    path.with_name("m.log.3").write_text("edited")
    rotate(path, 3)
    assert older(path)["3"] == "edited"


def test_a_log_that_was_there_before_is_never_deleted(path):
    path.write_text("of another program\n")
    LogRotation(path, 2).rotate()
    rotate(path, 4, keep=2)
    assert older(path)["1"] == "of another program\n"
    assert len(older(path)) == 3


@pytest.mark.parametrize("record", [b"", b"[]", b"\xff", b'{"a": 3}'])
def test_without_a_record_nothing_is_deleted(path, record):
    written = rotate(path, 3)
    path.with_name(".m.log.rotated").write_bytes(record)
    rotate(path, 3)
    assert set(written) <= set(older(path).values())


def test_one_that_may_not_be_read_is_another_s(path, monkeypatch):
    """Such as root's, of a run before: it stays, and the log goes on."""
    path.with_name("m.log.1").write_text("root's\n")
    real = Path.open

    def refusing(file, *more, **keys):
        if file.name == "m.log.1":
            raise PermissionError(errno.EACCES, "Permission denied", str(file))
        return real(file, *more, **keys)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refusing)
        written = rotate(path, 2)
    assert older(path) == {"1": "root's\n", "2": written[1], "3": written[0]}


def test_a_pipe_in_the_record_s_place_is_not_waited_for(path):
    os.mkfifo(path.with_name(".m.log.rotated"))
    rotation = LogRotation(path, 3)
    begin(path, rotation)
    rotation.rotate()
    assert set(older(path)) == {"1"}
