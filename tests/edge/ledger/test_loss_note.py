"""What a full disk keeps out is noted in room that was taken before."""

from __future__ import annotations

import os

import pytest

from edge.ledger.check import check
from edge.ledger.database import lock, lock_path
from edge.ledger.loss_note import BYTES, LossNote, read_note, reserve, write_note
from edge.ledger.query import LedgerReader
from edge.ledger.sink import Ledger
from tests.edge.ledger.samples import FACTS, LENGTH_MM, write_sample

NOTE = LossNote(run=1, rows=7, mm=5 * LENGTH_MM, began=1.0, seen=3.0, ended=2.0, camera="c")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.sqlite"


def test_a_note_is_read_as_it_was_written_and_takes_no_more_room(path):
    with lock(path) as held:
        assert lock_path(path).stat().st_size == BYTES
        assert read_note(lock_path(path)) is None
        assert write_note(held, NOTE)
        assert read_note(lock_path(path)) == NOTE
        assert write_note(held, None)
        assert read_note(lock_path(path)) is None
        assert lock_path(path).stat().st_size == BYTES


def test_a_lock_of_an_older_version_gets_room_and_keeps_what_it_has(path):
    lock_path(path).write_bytes(b"")
    with lock_path(path).open("r+b", buffering=0) as file:
        reserve(file)
        write_note(file, NOTE)
        reserve(file)
    assert read_note(lock_path(path)) == NOTE


@pytest.mark.parametrize(
    "content",
    [b"", b" " * BYTES, b"{}", b"[1]", b"\xff" * 99, b'{"run": 1}', b'{"run": "x"' + b" " * 99],
)
def test_what_makes_no_sense_is_no_note(path, content):
    path.write_bytes(content)
    assert read_note(path) is None


def test_a_pipe_in_its_place_holds_up_nobody(path):
    os.mkfifo(path)
    assert read_note(path) is None


def noted(path, note):
    with lock(path) as held:
        write_note(held, note)


def found(path):
    with LedgerReader(path) as reader:
        return check(reader)


@pytest.mark.parametrize("run", [1, 2, 0], ids=["known", "unknown", "never numbered"])
def test_a_check_counts_what_is_only_noted_and_the_next_run_takes_it_over(path, run):
    write_sample(path)
    plain = found(path)
    noted(path, LossNote(run, 7, 5 * LENGTH_MM, 1.0, 3.0, 2.0, "c"))
    page = found(path)
    assert page["unstored_rows"] == 7
    assert page["passed_mm"] == plain["passed_mm"] + 5 * LENGTH_MM
    Ledger(path, FACTS).close()
    assert read_note(lock_path(path)) is None
    after = found(path)
    assert (after["unstored_rows"], after["passed_mm"]) == (7, page["passed_mm"])
    with LedgerReader(path) as reader:
        runs = list(reader.rows("runs"))
    assert [row["unstored_rows"] for row in runs] == ([7, 0] if run == 1 else [0, 7, 0])
    assert all(row["ended"] for row in runs)


def test_a_note_of_a_run_that_never_ended_marks_it_as_cut_off(path):
    write_sample(path)
    noted(path, LossNote(1, 1, 0.0, 1.0, 3.0, None, "c"))
    Ledger(path, FACTS).close()
    assert found(path)["cut_off_runs"] == 1
