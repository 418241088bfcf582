"""A disk that is full, damaged or gone: inspection goes on, and the ledger says what it costs."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from edge.core.errors import UnwritableError
from edge.core.events import EventKind
from edge.core.picture_files import WrittenFile, content_digest
from edge.ledger.check import check
from edge.ledger.database import lock_path
from edge.ledger.loss_note import read_note
from edge.ledger.query import LedgerReader
from edge.ledger.sink import Ledger
from edge.sinks.pictures import Pictures
from tests.edge.ledger.samples import (
    FACTS,
    LENGTH_MM,
    coil_defect,
    defective,
    frame,
    gap,
    inspection,
)

MB = 1 << 20


@pytest.fixture
def small(tmp_path):
    """The folder of a file system of 2 MB, where this user may mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("only root may mount a small file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Fill the disk to its last byte."""
    ballast = folder / "ballast"
    with suppress(OSError), ballast.open("ab", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    return ballast


def pass_by(ledger: Ledger, first: int, frames: int) -> None:
    """Frames with a gap after each tenth, so that rows come, and a defect on each fifth."""
    for number in range(first, first + frames):
        if number % 10 == 9:
            ledger.gap(gap(number))
        else:
            ledger.write(inspection(number), None)
        if number % 5 == 0:
            ledger.defect(coil_defect(number, number))
    ledger.tick()


def figures(path: Path) -> dict[str, float]:
    with LedgerReader(path) as reader:
        assert reader.scalar("PRAGMA integrity_check") == "ok"
        return {
            "mm": reader.scalar("SELECT total(length_mm) FROM stretches"),
            "defects": reader.scalar("SELECT count(*) FROM defects"),
            "unstored_mm": reader.scalar("SELECT sum(unstored_mm) FROM runs"),
            "unstored_rows": reader.scalar("SELECT sum(unstored_rows) FROM runs"),
        }


def test_a_full_disk_costs_nothing_where_it_is_freed_in_time(small):
    told = []
    path = small / "ledger.sqlite"
    ledger = Ledger(path, FACTS, report=told.append, every_s=0.0)
    pass_by(ledger, 0, 100)
    assert told == []
    ballast = fill(small)
    pass_by(ledger, 100, 400)
    begun = told[0]
    assert begun.kind is EventKind.STORAGE
    assert "cannot be stored" in begun.text and "free some space" in begun.text
    ballast.unlink()
    pass_by(ledger, 500, 10)
    assert "stored again" in told[-1].text
    ledger.close()
    assert figures(path) == {
        "mm": 510 * LENGTH_MM,
        "defects": 102,
        "unstored_mm": 0,
        "unstored_rows": 0,
    }


def test_a_disk_that_stays_full_keeps_the_newest_rows_and_counts_the_rest(small):
    told = []
    path = small / "ledger.sqlite"
    ledger = Ledger(path, FACTS, report=told.append, every_s=0.0, rows_in_memory=50)
    pass_by(ledger, 0, 100)
    ballast = fill(small)
    pass_by(ledger, 100, 1000)
    ballast.unlink()
    pass_by(ledger, 1100, 10)
    texts = [event.text for event in told]
    assert "cannot be stored" in texts[0] and "stored again" in texts[-2]
    assert texts[-1].startswith(f"{ledger.lost[0]} rows of the ledger")
    told.clear()
    ledger.tick()
    assert told == []
    ledger.close()
    found = figures(path)
    assert found["mm"] + found["unstored_mm"] == pytest.approx(1110 * LENGTH_MM)
    assert found["unstored_mm"] > 500 * LENGTH_MM
    assert found["unstored_rows"] == ledger.lost[0]
    with LedgerReader(path) as reader:
        assert max(r["last_frame"] or 0 for r in reader.rows("stretches")) == 1108


def test_a_run_begins_on_a_full_disk_and_is_stored_when_there_is_room(small):
    told = []
    path = small / "ledger.sqlite"
    ballast = fill(small)
    ledger = Ledger(path, FACTS, report=told.append, every_s=0.0)
    pass_by(ledger, 0, 50)
    assert told
    ballast.unlink()
    pass_by(ledger, 50, 50)
    ledger.close()
    assert figures(path)["mm"] == 100 * LENGTH_MM


def check_of(path):
    with LedgerReader(path) as reader:
        return check(reader)


def test_a_run_that_ends_on_a_full_disk_says_what_that_costs(small):
    told = []
    path = small / "ledger.sqlite"
    ledger = Ledger(path, FACTS, report=told.append, every_s=0.0)
    pass_by(ledger, 0, 50)
    assert ledger.loss() is None
    ballast = fill(small)
    pass_by(ledger, 50, 200)
    ledger.close()
    ledger.tick()
    assert "when the run ended is lost" in told[-1].text
    rows, mm = ledger.lost
    assert ledger.loss().figures == {"ledger_rows": rows, "ledger_mm": mm}
    found = check_of(path)
    assert found["unstored_rows"] == rows > 0
    assert found["passed_mm"] == pytest.approx(250 * LENGTH_MM)
    ballast.unlink()
    assert check_of(path) == {**found, "free_bytes": found["free_bytes"]}
    Ledger(path, FACTS, every_s=0.0).close()
    after = check_of(path)
    assert after["unstored_rows"] == rows and after["cut_off_runs"] == 0
    assert after["passed_mm"] == pytest.approx(250 * LENGTH_MM)


def test_a_run_that_is_killed_on_a_full_disk_has_noted_what_it_could_not_store(small):
    path = small / "ledger.sqlite"
    ledger = Ledger(path, FACTS, every_s=0.0)
    pass_by(ledger, 0, 50)
    ballast = fill(small)
    pass_by(ledger, 50, 200)
    ledger.writer.close()
    ballast.unlink()
    Ledger(path, FACTS, every_s=0.0).close()
    after = check_of(path)
    assert after["cut_off_runs"] == 1
    assert after["passed_mm"] == pytest.approx(250 * LENGTH_MM)


def test_a_note_goes_when_all_is_stored_after_all(small):
    path = small / "ledger.sqlite"
    ledger = Ledger(path, FACTS, every_s=0.0)
    pass_by(ledger, 0, 50)
    ballast = fill(small)
    pass_by(ledger, 50, 200)
    assert read_note(lock_path(path)).mm > 0
    ballast.unlink()
    pass_by(ledger, 250, 10)
    assert read_note(lock_path(path)) is None
    ledger.close()
    assert check_of(path)["unstored_rows"] == 0


def test_a_ledger_on_a_disk_that_is_only_read_stores_nothing_and_says_so(small):
    told = []
    subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
    ledger = Ledger(small / "ledger.sqlite", FACTS, report=told.append, every_s=0.0)
    pass_by(ledger, 0, 50)
    ledger.close()
    assert "cannot be stored" in told[0].text and "Read-only" in told[0].text
    assert ledger.loss().figures["ledger_mm"] == 50 * LENGTH_MM


def test_an_old_ledger_on_a_disk_that_is_only_read_is_waited_for(small):
    """A worn card turns so by itself; whoever mends it needs not restart the line."""
    told = []
    path = small / "ledger.sqlite"
    first = Ledger(path, FACTS, every_s=0.0)
    pass_by(first, 0, 50)
    first.close()
    subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
    ledger = Ledger(path, FACTS, report=told.append, every_s=0.0)
    pass_by(ledger, 0, 50)
    assert "Read-only" in told[0].text
    subprocess.run(["mount", "-o", "remount,rw", str(small)], check=True)
    pass_by(ledger, 50, 50)
    ledger.close()
    assert ledger.loss() is None
    assert figures(path)["mm"] == 150 * LENGTH_MM


def test_messages_that_were_neither_sent_nor_stored_count_as_lost(tmp_path):
    path = tmp_path / "ledger.sqlite"
    ledger = Ledger(path, FACTS, every_s=0.0)
    pass_by(ledger, 0, 10)
    connection = ledger.writer.connection
    used = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {used}")
    for number in range(2000):
        ledger.outbox.put("topic", b"x" * 99)
        ledger.defect(coil_defect(number, number))
    ledger.close()
    assert ledger.loss().figures["unsaved_messages"] == 2000
    assert "2000 messages" in ledger.loss().text


def test_old_pictures_are_given_up_so_that_rows_can_be_stored(small):
    told, shot = [], []
    path, folder = small / "ledger.sqlite", small / "pictures"
    folder.mkdir()
    ledger = Ledger(path, FACTS, report=told.append, every_s=0.0, files_of=lambda inspection: shot)
    for number in range(40):
        content = bytes([number]) * 32768
        shot.append(
            WrittenFile(folder / f"{number:03d}.jpg", len(content), content_digest(content))
        )
        shot[-1].path.write_bytes(content)
    ledger.write(inspection(0), None)
    shot.clear()
    ledger.tick()
    (folder / "000.jpg").write_bytes(b"another's, where ours was")
    fill(small)
    pass_by(ledger, 1, 200)
    ledger.close()
    assert figures(path)["mm"] == 201 * LENGTH_MM
    left = sorted(file.name for file in folder.iterdir())
    assert 0 < len(left) < 40
    assert left[-1] == "039.jpg" and "000.jpg" in left and "001.jpg" not in left


def test_pictures_on_another_disk_are_not_given_up_for_nothing(small, tmp_path):
    shot = []
    path, folder = small / "ledger.sqlite", tmp_path / "pictures"
    folder.mkdir()
    ledger = Ledger(path, FACTS, every_s=0.0, files_of=lambda inspection: shot)
    shot.append(WrittenFile(folder / "0.jpg", 3, content_digest(b"abc")))
    shot[0].path.write_bytes(b"abc")
    ledger.write(inspection(0), None)
    shot.clear()
    fill(small)
    pass_by(ledger, 1, 400)
    ledger.close()
    assert ledger.loss() is not None
    assert (folder / "0.jpg").is_file()


def test_pictures_leave_the_reserve_to_the_rows_and_say_so(small):
    told = []
    pictures = Pictures(
        small / "pictures", ("scratch",), tolerant=True, reserve_mb=1.5, report=told.append
    )
    ballast = small / "ballast"
    pictures.write(defective(0), frame(0))
    assert pictures.path_of(defective(0)).is_file()
    ballast.write_bytes(b"x" * MB)
    pictures.write(defective(1), frame(1))
    assert pictures.path_of(defective(1)) is None
    assert (pictures.written, pictures.failed) == (1, 1)
    ballast.unlink()
    pictures.write(defective(2), frame(2))
    texts = [event.text for event in told]
    assert len(texts) == 2 and "left out" in texts[0] and "again" in texts[1]


def test_a_ledger_that_may_not_grow_says_so_and_goes_on(tmp_path):
    """As a quota does; for those who may not mount."""
    told = []
    path = tmp_path / "ledger.sqlite"
    ledger = Ledger(path, FACTS, report=told.append, every_s=0.0)
    pass_by(ledger, 0, 10)
    connection = ledger.writer.connection
    used = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {used}")
    pass_by(ledger, 10, 1000)
    assert "is full" in told[0].text
    connection.execute("PRAGMA max_page_count = 1000000")
    pass_by(ledger, 1010, 10)
    ledger.close()
    assert figures(path)["mm"] == 1020 * LENGTH_MM


@pytest.mark.parametrize(
    ("damaged", "by"),
    [(slice(100, None), b"\xff"), (slice(0, 4096), b"\0")],
    ids=["overwritten", "first page lost"],
)
def test_a_damaged_ledger_is_set_aside_and_a_new_one_begun(tmp_path, damaged, by):
    told = []
    path = tmp_path / "ledger.sqlite"
    first = Ledger(path, FACTS, report=told.append, every_s=0.0)
    pass_by(first, 0, 100)
    first.close()
    data = bytearray(path.read_bytes())
    data[damaged] = by * len(data[damaged])
    path.write_bytes(data)
    ledger = Ledger(path, FACTS, report=told.append, every_s=0.0)
    pass_by(ledger, 0, 50)
    assert "set aside as ledger.sqlite.damaged-" in told[0].text
    ledger.close()
    assert figures(path)["mm"] == 50 * LENGTH_MM
    assert len(list(tmp_path.glob("ledger.sqlite.damaged-*"))) == 1


@pytest.mark.parametrize("table", ["outbox", "files", "runs", "stretches"])
def test_a_page_that_is_damaged_keeps_no_line_from_beginning(tmp_path, table):
    path = tmp_path / "ledger.sqlite"
    first = Ledger(path, FACTS, every_s=0.0)
    pass_by(first, 0, 100)
    first.close()
    with LedgerReader(path) as reader:
        root = reader.scalar(f"SELECT rootpage FROM sqlite_master WHERE name = '{table}'")
        page = reader.scalar("PRAGMA page_size")
    data = bytearray(path.read_bytes())
    data[(root - 1) * page : root * page] = b"\xff" * page
    path.write_bytes(data)
    told = []
    ledger = Ledger(path, FACTS, report=told.append, every_s=0.0)
    pass_by(ledger, 0, 50)
    ledger.outbox.put("t", b"a message")
    ledger.tick()
    assert ledger.outbox.unsaved == 0
    ledger.close()
    if table != "files":  # Nothing is read there before something is deleted.
        assert "set aside as ledger.sqlite.damaged-" in told[0].text
        assert figures(path)["mm"] == 50 * LENGTH_MM


def test_a_folder_that_vanishes_ends_no_run(tmp_path):
    folder = tmp_path / "away"
    ledger = Ledger(folder / "ledger.sqlite", FACTS, every_s=0.0)
    pass_by(ledger, 0, 10)
    folder.rename(tmp_path / "elsewhere")
    pass_by(ledger, 10, 100)
    ledger.close()
    assert ledger.writer.run == 1


def test_ledgers_set_aside_in_the_same_second_do_not_replace_one_another(tmp_path, monkeypatch):
    """A clock that was lost says the same second at each start."""
    monkeypatch.setattr("edge.ledger.database.time.strftime", lambda form: "19700101T000012")
    path = tmp_path / "ledger.sqlite"
    foreign = tmp_path / "ledger.sqlite.damaged-19700101T000012-wal"
    foreign.write_text("not ours")
    contents = []
    for number in range(3):
        path.write_bytes(b"SQLite format 3\0" + bytes([number]) * 5000)
        contents.append(path.read_bytes())
        ledger = Ledger(path, FACTS, every_s=0.0)
        pass_by(ledger, 0, 10)
        ledger.close()
    aside = {f.read_bytes() for f in tmp_path.glob("ledger.sqlite.damaged-*") if f != foreign}
    assert aside >= set(contents)
    assert foreign.read_text() == "not ours"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give links to others")
@pytest.mark.parametrize("name", ["l.sqlite", "l.sqlite.lock"])
def test_a_planted_link_in_the_place_of_a_ledger_or_its_lock_is_refused(tmp_path, name):
    box, victim = tmp_path / "box", tmp_path / "victim"
    box.mkdir()
    box.chmod(0o1777)
    for content in (None, b"precious"):
        if content is not None:
            victim.write_bytes(content)
        link = box / name
        link.unlink(missing_ok=True)
        link.symlink_to(victim)
        os.chown(link, 65534, 65534, follow_symlinks=False)
        with pytest.raises(UnwritableError, match="another user"):
            Ledger(box / "l.sqlite", FACTS)
        assert (victim.read_bytes() if victim.exists() else None) == content
