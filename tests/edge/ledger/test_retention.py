"""What is old or too much goes, the oldest first, in short commits, and the file shrinks."""

from __future__ import annotations

import os
import time

import pytest

from edge.config.ledger import LedgerConfig
from edge.core.events import Event, EventKind
from edge.ledger import retention
from edge.ledger.query import LedgerReader
from edge.ledger.retention import Keep, Retention
from edge.ledger.sink import Ledger
from tests.edge.ledger.samples import FACTS, coil_defect, gap, inspection

DAY = 86_400.0
DAYS = 10
A_DAY = 60
"""Frames, gaps, defects and events of a day."""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.sqlite"


def fill(path, keep=None):
    """A coil a day, from ten days ago up to now."""
    ledger = Ledger(path, FACTS, keep=keep)
    for day in range(DAYS):
        at = time.time() - (DAYS - day - 0.5) * DAY
        name = f"coil {day}"
        ledger.tell(Event(EventKind.COIL_BEGAN, f"{name} began", at, 0.0, name))
        for i in range(A_DAY):
            number = day * 1000 + i
            ledger.write(inspection(number, at=at, coil=name), None)
            ledger.gap(gap(number, at=at, coil=name))
            ledger.defect(coil_defect(i + 1, number, number + 9, coil=name, at=at))
        ledger.tell(Event(EventKind.COIL_ENDED, f"{name} ended", at, 0.0, name))
    assert ledger.writer.commit()
    return ledger


def left(path):
    with LedgerReader(path) as reader:
        tables = ("stretches", "defects", "pieces", "events", "coils")
        return {name: reader.scalar(f"SELECT count(*) FROM {name}") for name in tables}


def finish(deleting):
    """Go on until a round is over."""
    deleting.step()
    for _ in range(10_000):
        if not deleting.under_way:
            return
        deleting.step()
    pytest.fail("a round does not end")


def test_rows_older_than_the_days_go_with_all_that_belongs_to_them(path, monkeypatch):
    ledger = fill(path)
    monkeypatch.setattr(retention, "_BITE", 50)
    finish(Retention(ledger.writer, Keep(days=3.0)))
    assert left(path) == {
        "stretches": 3 * 2 * A_DAY,
        "defects": 3 * A_DAY,
        "pieces": 3 * A_DAY * 10,
        "events": 6,
        "coils": 3,
    }
    with LedgerReader(path) as reader:
        assert [c["coil"] for c in reader.rows("coils")] == ["coil 7", "coil 8", "coil 9"]
        assert reader.scalar("PRAGMA freelist_count") == 0
    ledger.close()


@pytest.mark.parametrize("mb", [0.25, 0.4])
def test_a_file_that_is_too_large_loses_its_oldest_rows_and_shrinks(path, mb, monkeypatch):
    monkeypatch.setattr(retention, "_BITE", 50)
    ledger = fill(path)
    ledger.writer.fold_log()
    before = path.stat().st_size
    finish(Retention(ledger.writer, Keep(mb=mb)))
    ledger.writer.fold_log()
    assert mb * 0.3e6 < path.stat().st_size <= mb * 1e6 < before
    with LedgerReader(path) as reader:
        assert list(reader.rows("coils"))[-1]["coil"] == f"coil {DAYS - 1}"
        assert reader.scalar("PRAGMA integrity_check") == "ok"
        of_none = "(run, defect) NOT IN (SELECT run, n FROM defects)"
        assert reader.scalar(f"SELECT count(*) FROM pieces WHERE {of_none}") == 0
    ledger.close()


def test_nothing_goes_where_everything_is_to_be_kept(path):
    ledger = fill(path)
    before = left(path)
    finish(Retention(ledger.writer, Keep()))
    assert left(path) == before
    ledger.close()


@pytest.mark.parametrize(
    ("keep", "expected"),
    [
        ({"pictures_days": 2.5}, ["007", "008", "009"]),
        ({"pictures_mb": 0.042}, ["006", "007", "008", "009"]),
        ({"pictures_days": 2.5, "pictures_mb": 0.011}, ["009"]),
        ({}, [f"{i:03d}" for i in range(10)]),
    ],
    ids=["age", "size", "both", "all"],
)
def test_the_oldest_pictures_go_and_other_files_stay(path, tmp_path, keep, expected):
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "notes.txt").write_bytes(b"x" * 99_999)
    for i in range(10):
        picture = folder / f"{i:03d}.jpg"
        picture.write_bytes(b"x" * 10_000)
        at = time.time() - (9 - i) * DAY
        os.utime(picture, (at, at))
    ledger = Ledger(path, FACTS)
    finish(Retention(ledger.writer, Keep(pictures=folder, **keep)))
    assert sorted(p.stem for p in folder.glob("*.jpg")) == expected
    assert (folder / "notes.txt").is_file()
    ledger.close()


def test_the_line_deletes_while_it_writes_in_short_steps(path, monkeypatch):
    monkeypatch.setattr(retention, "_BITE", 20)
    ledger = fill(path, keep=Keep(days=3.0))
    end = time.monotonic() + 30
    number = DAYS * 1000
    while left(path)["defects"] > 3 * A_DAY:
        assert time.monotonic() < end
        ledger.write(inspection(number), None)
        ledger.tick()
        number += 1
    ledger.close()
    with LedgerReader(path) as reader:
        assert reader.scalar("PRAGMA integrity_check") == "ok"
        assert reader.scalar("SELECT max(last_frame) FROM stretches") == number - 1


def test_a_round_goes_in_steps(path, monkeypatch):
    monkeypatch.setattr(retention, "_BITE", 5)
    monkeypatch.setattr(retention, "_BITE_S", 0.0)
    ledger = fill(path)
    deleting = Retention(ledger.writer, Keep(days=1.0))
    deleting.step()
    assert deleting.rows_deleted == 5
    deleting.step()
    assert deleting.rows_deleted == 10
    ledger.close()


def test_the_configurations_zeros_keep_for_ever(tmp_path):
    assert Keep.of(LedgerConfig(), tmp_path) == Keep(365.0, 4000.0, tmp_path, 90.0, 8000.0)
    zeros = dict.fromkeys(("keep_days", "keep_mb", "pictures_keep_days", "pictures_keep_mb"), 0)
    assert Keep.of(LedgerConfig(**zeros), None) == Keep()
