"""What is old or too much goes, the oldest first, in short commits, and the file shrinks.

And nothing else goes: no file that the ledger did not record as its line's own.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from edge.config.ledger import LedgerConfig
from edge.core.events import Event, EventKind
from edge.core.picture_files import WrittenFile, content_digest
from edge.ledger import retention
from edge.ledger.query import LedgerReader
from edge.ledger.retention import Keep, Retention
from edge.ledger.sink import Ledger
from tests.edge.clock import FakeClock
from tests.edge.ledger.samples import FACTS, coil_defect, gap, inspection

DAY = 86_400.0
DAYS = 10
A_DAY = 60
"""Frames, gaps, defects and events of a day."""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.sqlite"


def opened(path, clock, **keys):
    return Ledger(path, FACTS, clock=clock, boot="first", clock_kept=lambda: False, **keys)


def fill(path, keep=None, clock=None):
    """A coil a day for ten days, the last half a day ago."""
    clock = clock or FakeClock()
    ledger = opened(path, clock, keep=keep)
    for day in range(DAYS):
        at = clock.wall()
        name = f"coil {day}"
        ledger.tell(Event(EventKind.COIL_BEGAN, f"{name} began", at, 0.0, name))
        for i in range(A_DAY):
            number = day * 1000 + i
            ledger.write(inspection(number, at=at, coil=name), None)
            ledger.gap(gap(number, at=at, coil=name))
            ledger.defect(coil_defect(i + 1, number, number + 9, coil=name, at=at))
        ledger.tell(Event(EventKind.COIL_ENDED, f"{name} ended", at, 0.0, name))
        clock.advance(DAY if day < DAYS - 1 else DAY / 2)
    assert ledger.writer.commit()
    return ledger


def deleting(ledger, **keep):
    """Another retention of the same ledger."""
    return Retention(ledger.writer, Keep(**keep), ledger.age, clock=ledger.retention._clock)


def left(path):
    with LedgerReader(path) as reader:
        tables = ("stretches", "defects", "pieces", "events", "coils")
        return {name: reader.scalar(f"SELECT count(*) FROM {name}") for name in tables}


def finish(deleting_):
    """Go on until a round is over."""
    deleting_.step()
    for _ in range(10_000):
        if not deleting_.under_way:
            return
        deleting_.step()
    pytest.fail("a round does not end")


def test_rows_older_than_the_days_go_with_all_that_belongs_to_them(path, monkeypatch):
    ledger = fill(path)
    monkeypatch.setattr(retention, "_BITE", 50)
    finish(deleting(ledger, days=3.0))
    assert left(path) == {
        # The last gap of the day before ended when this day's first frame came.
        "stretches": 3 * 2 * A_DAY + 1,
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
    finish(deleting(ledger, mb=mb))
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
    finish(deleting(ledger))
    assert left(path) == before
    ledger.close()


def shoot(folder, number, size=10_000):
    """A file as the pictures' sink leaves it, and what it says of it."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{number:03d}.jpg"
    content = bytes([number]) * size
    path.write_bytes(content)
    return WrittenFile(path, len(content), content_digest(content))


def album(path, folder, days=10, keep=None, clock=None, report=lambda event: None):
    """A ledger with a picture a day, the last just now."""
    clock = clock or FakeClock()
    shot = []
    ledger = opened(path, clock, keep=keep, files_of=lambda inspection: shot, report=report)
    for day in range(days):
        clock.advance(DAY if day else 0.0)
        shot[:] = [shoot(folder, day)]
        ledger.write(inspection(day, at=clock.wall()), None)
    shot.clear()
    assert ledger.writer.commit()
    return ledger


def stems(folder):
    return sorted(path.stem for path in folder.glob("*.jpg"))


ALL = [f"{day:03d}" for day in range(10)]


@pytest.mark.parametrize(
    ("keep", "expected"),
    [
        ({"pictures_days": 2.5}, ALL[7:]),
        ({"pictures_mb": 0.042}, ALL[6:]),
        ({"pictures_days": 2.5, "pictures_mb": 0.011}, ALL[9:]),
        ({}, ALL),
    ],
    ids=["age", "size", "both", "all"],
)
def test_the_oldest_pictures_go_and_other_files_stay(path, tmp_path, keep, expected):
    folder = tmp_path / "pictures"
    ledger = album(path, folder)
    foreign = {"notes.txt": b"x" * 99_999, "holiday.jpg": b"y" * 99, "a.frame.png": b"z"}
    for name, content in foreign.items():
        (folder / name).write_bytes(content)
        os.utime(folder / name, (0, 0))
    finish(deleting(ledger, **keep))
    assert [stem for stem in stems(folder) if stem != "holiday"] == expected
    assert {name: (folder / name).read_bytes() for name in foreign} == foreign
    with LedgerReader(path) as reader:
        assert reader.scalar("SELECT count(*) FROM files") == len(expected)
    ledger.close()


def changed(path):
    path.write_bytes(path.read_bytes()[::-1] + b"edited")


def same_size(path):
    path.write_bytes(b"\xfe" * path.stat().st_size)


def to_a_link(path):
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def to_a_folder(path):
    path.unlink()
    path.mkdir()


def to_a_pipe(path):
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize("become", [changed, same_size, to_a_link, to_a_folder, to_a_pipe])
def test_what_is_no_longer_what_was_written_stays(path, tmp_path, become):
    """Its name alone proves nothing: somebody may have put his own in its place."""
    folder = tmp_path / "pictures"
    ledger = album(path, folder)
    become(folder / "001.jpg")
    finish(deleting(ledger, pictures_days=2.5))
    assert stems(folder) == ["001", *ALL[7:]]
    finish(deleting(ledger, pictures_mb=1e-6))
    assert stems(folder) == ["001"]
    ledger.close()


def test_a_picture_that_the_ledger_does_not_know_stays(path, tmp_path):
    """Such as one of a run without a ledger, or of another line, with the very same names."""
    folder = tmp_path / "pictures"
    for number in range(20, 25):
        shoot(folder, number)
    ledger = album(path, folder, keep=Keep(pictures_days=0.5, pictures_mb=1e-6))
    finish(ledger.retention)
    assert stems(folder) == [f"{number:03d}" for number in range(20, 25)]
    ledger.close()


def test_a_later_run_deletes_what_one_before_it_wrote(path, tmp_path):
    clock, folder = FakeClock(), tmp_path / "pictures"
    album(path, folder, clock=clock).close()
    (folder / "006.jpg").write_bytes(b"another's")
    ledger = opened(path, clock, keep=Keep(pictures_days=2.5))
    finish(ledger.retention)
    assert stems(folder) == ["006", *ALL[7:]]
    ledger.close()


def linked(folder):
    (folder.parent / "link").symlink_to(folder.name)
    return folder.parent / "link"


@pytest.mark.parametrize(
    "reads",
    [
        lambda folder: folder,
        lambda folder: folder.parent,
        lambda folder: folder / ".." / folder.name,
        linked,
    ],
    ids=["the folder", "the one above", "in other words", "through a link"],
)
def test_what_a_camera_reads_stays_and_that_is_said_once(path, tmp_path, reads):
    told, folder = [], tmp_path / "frames"
    ledger = album(path, folder, report=told.append)
    keep = Keep(pictures_days=2.5, pictures_mb=1e-6, read_by_camera=reads(folder))
    sparing = Retention(
        ledger.writer, keep, ledger.age, clock=ledger.retention._clock, report=told.append
    )
    finish(sparing)
    sparing.make_room()
    assert stems(folder) == ALL
    assert [event.text for event in told if "the camera reads" in event.text] == [told[-1].text]
    ledger.close()


def test_one_file_that_a_camera_reads_stays_alone(path, tmp_path):
    folder = tmp_path / "frames"
    ledger = album(path, folder)
    finish(deleting(ledger, pictures_days=2.5, read_by_camera=folder / "003.jpg"))
    assert stems(folder) == ["003", *ALL[7:]]
    ledger.close()


def test_pictures_on_a_disk_that_is_away_are_not_forgotten(path, tmp_path):
    folder, away = tmp_path / "pictures", tmp_path / "unmounted"
    ledger = album(path, folder)
    folder.rename(away)
    finish(deleting(ledger, pictures_days=2.5))
    away.rename(folder)
    finish(deleting(ledger, pictures_days=2.5))
    assert stems(folder) == ALL[7:]
    ledger.close()


@pytest.mark.parametrize("call", ["unlink", "open"])
def test_one_that_cannot_be_deleted_holds_up_nothing_and_goes_when_it_can(
    path, tmp_path, monkeypatch, call
):
    """Such as on a share that has become read-only, or a disk with a bad block."""
    folder = tmp_path / "pictures"
    ledger = album(path, folder)
    real = {"unlink": Path.unlink, "open": os.open}[call]

    def refusing(name, *more, **keys):
        if str(name).endswith("002.jpg"):
            raise OSError(errno.EIO, "Input/output error", str(name))
        return real(name, *more, **keys)

    with monkeypatch.context() as patch:
        patch.setattr(Path if call == "unlink" else os, call, refusing)
        finish(deleting(ledger, pictures_days=2.5, days=5.5))
        assert stems(folder) == ["002", *ALL[7:]]
        assert left(path)["stretches"] < len(ALL)
        deleting(ledger, pictures_mb=1e-6).make_room()
        assert stems(folder) == ["002"]
    finish(deleting(ledger, pictures_days=2.5))
    assert stems(folder) == []
    ledger.close()


def test_what_was_given_up_for_room_is_not_looked_at_again_at_each_commit(
    path, tmp_path, monkeypatch
):
    """A disk may be full for hours, and the records of pictures can not go meanwhile."""
    folder, looked = tmp_path / "pictures", []
    ledger = album(path, folder, days=30)
    real = retention._is_as_written
    monkeypatch.setattr(
        retention, "_is_as_written", lambda file: looked.append(file.path.stem) or real(file)
    )
    giving = deleting(ledger, pictures_days=100.0)
    for expected in (range(20), range(20, 30), ()):
        looked.clear()
        giving.make_room()
        assert looked == [f"{number:03d}" for number in expected]
    assert stems(folder) == []
    finish(giving)
    folder.mkdir(exist_ok=True)
    giving.make_room()
    assert len(looked) == 30
    ledger.close()


def test_names_that_are_not_utf_8_are_recorded(path, tmp_path):
    folder = tmp_path / os.fsdecode(b"Stra\xdfe")
    ledger = album(path, folder)
    finish(deleting(ledger, pictures_days=2.5))
    assert stems(folder) == ALL[7:]
    ledger.close()


def test_the_line_deletes_while_it_writes_in_short_steps(path, monkeypatch):
    monkeypatch.setattr(retention, "_BITE", 20)
    clock = FakeClock()
    ledger = fill(path, keep=Keep(days=3.0), clock=clock)
    number = DAYS * 1000
    for _ in range(1000):
        if left(path)["defects"] <= 3 * A_DAY:
            break
        ledger.write(inspection(number, at=clock.wall()), None)
        clock.advance(0.25)
        ledger.tick()
        number += 1
    ledger.close()
    with LedgerReader(path) as reader:
        assert reader.scalar("PRAGMA integrity_check") == "ok"
        assert reader.scalar("SELECT count(*) FROM defects") == 3 * A_DAY
        assert reader.scalar("SELECT max(last_frame) FROM stretches") == number - 1


def test_a_round_goes_in_steps(path, monkeypatch):
    monkeypatch.setattr(retention, "_BITE", 5)
    monkeypatch.setattr(retention, "_BITE_S", 0.0)
    ledger = fill(path)
    in_steps = deleting(ledger, days=1.0)
    in_steps.step()
    assert in_steps.rows_deleted == 5
    in_steps.step()
    assert in_steps.rows_deleted == 10
    ledger.close()


def test_the_configurations_zeros_keep_for_ever(tmp_path):
    assert Keep.of(LedgerConfig(), tmp_path) == Keep(365.0, 4000.0, 90.0, 8000.0, tmp_path)
    zeros = dict.fromkeys(("keep_days", "keep_mb", "pictures_keep_days", "pictures_keep_mb"), 0)
    assert Keep.of(LedgerConfig(**zeros)) == Keep()
    assert (Keep(365.0, None, 90.0).shortest_days, Keep().shortest_days) == (90.0, None)
