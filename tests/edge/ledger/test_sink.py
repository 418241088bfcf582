"""What passes ends as rows: every millimetre once, every defect in its place, no second lost."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.core.coverage import Coverage
from edge.core.errors import LedgerError, UnwritableError
from edge.core.events import Event, EventKind
from edge.core.inspection import Cause, Level
from edge.ledger.query import LedgerReader
from edge.ledger.sink import Ledger
from edge.ledger.tables import Filter
from tests.edge.ledger.samples import (
    AT,
    FACTS,
    LENGTH_MM,
    coil_defect,
    defective,
    frame,
    gap,
    inspection,
    late,
    mask,
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "folder" / "ledger.sqlite"


def rows(path, table, **wanted):
    with LedgerReader(path) as reader:
        return list(reader.rows(table, Filter(**wanted)))


def test_frames_alike_are_one_row_and_what_differs_begins_the_next(path):
    ledger = Ledger(path, FACTS)
    for number in range(10):
        ledger.write(inspection(number), None)
    for number in range(10, 13):
        ledger.write(late(number), None)
    ledger.gap(gap(13, 2))
    ledger.gap(gap(15, 1))
    for number in range(16, 20):
        ledger.write(inspection(number, level=Level.CLASSIFIED), None)
    ledger.close()
    found = rows(path, "stretches")
    assert [
        (r["level"], r["cause"], r["gap"], r["frames"], r["first_frame"], r["last_frame"])
        for r in found
    ] == [
        ("full", None, False, 10, 0, 9),
        ("uninspected", "late", False, 3, 10, 12),
        ("uninspected", "dropped", True, 3, None, None),
        ("classified", None, False, 4, 16, 19),
    ]
    assert [(r["position_mm"], r["length_mm"]) for r in found] == [
        (0, 1280),
        (1280, 384),
        (1664, 384),
        (2048, 512),
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"coil": "B"},
        {"position_mm": 5000.0},
        {"frame": 3},
        {"level": Level.GATED},
    ],
    ids=["another coil", "elsewhere", "counted anew", "another level"],
)
def test_a_stretch_ends_where_the_next_frame_does_not_go_on(path, change):
    ledger = Ledger(path, FACTS)
    for number in range(5):
        ledger.write(inspection(number, coil="A"), None)
    ledger.write(inspection(5, **{"coil": "A", **change}), None)
    ledger.close()
    assert [r["frames"] for r in rows(path, "stretches")] == [5, 1]


STEP = st.tuples(
    st.sampled_from([*Level, "gap"]),
    st.sampled_from([0.0, 0.1, 63.7, 128.0]),
    st.sampled_from(["", "A", "B"]),
    st.sampled_from([Cause.LATE, Cause.FROZEN, Cause.CAMERA_LOST]),
)


@settings(max_examples=40)
@given(st.lists(STEP, max_size=60))
def test_the_lengths_of_stretches_add_up_to_what_passed(tmp_path_factory, steps):
    path = tmp_path_factory.mktemp("any") / "ledger.sqlite"
    ledger, coverage, position = Ledger(path, FACTS), Coverage(), 0.0
    for number, (level, length, coil, cause) in enumerate(steps):
        place = {"position_mm": position, "length_mm": length, "coil": coil}
        if level == "gap":
            coverage.add_gap(length, cause)
            ledger.gap(gap(number, cause=cause, **place))
        else:
            why = cause if level is Level.UNINSPECTED else None
            seen = inspection(number, level=level, cause=why, **place)
            coverage.add(seen)
            ledger.write(seen, None)
        position += length
    ledger.close()
    with LedgerReader(path) as reader:
        found = list(reader.select("SELECT level, gap, frames, length_mm FROM stretches"))
    assert sum(r["length_mm"] for r in found) == pytest.approx(coverage.passed_mm, abs=0.002)
    for level in Level:
        of_level = sum(r["length_mm"] for r in found if r["level"] == level)
        assert of_level == pytest.approx(coverage.as_json()[level], abs=0.001)
    assert sum(r["frames"] for r in found if not r["gap"]) == sum(coverage.frames.values())


def test_a_defect_has_its_place_its_pieces_and_the_picture_of_its_surest_piece(path, tmp_path):
    ledger = Ledger(path, FACTS, picture_of=lambda seen: tmp_path / f"{seen.frame}.jpg")
    for number in range(8):
        seen = defective if number in {3, 4} else inspection
        ledger.write(seen(number, coil="A"), frame(number))
    ledger.defect(coil_defect(1, 3, 4, coil="A", action="hold"))
    ledger.close()
    (row,) = rows(path, "defects")
    expected = {"coil": "A", "number": 1, "class": "scratch", "along_mm": 404.25, "across_mm": 50.0}
    assert {name: row[name] for name in expected} == expected
    assert (row["first_frame"], row["last_frame"], row["action"]) == (3, 4, "hold")
    assert row["picture"] == str(tmp_path / "4.jpg")
    with LedgerReader(path) as reader:
        pieces = list(reader.pieces())
        (again,) = reader.coil_defects(1, 1)
    assert [p["frame"] for p in pieces] == [3, 4]
    assert [(p["frame_width"], p["frame_height"]) for p in pieces] == [(1600, 256)] * 2
    assert [p["picture"] for p in pieces] == [str(tmp_path / f"{i}.jpg") for i in (3, 4)]
    assert json.dumps(pieces[0]["mask"]) == json.dumps(again.pieces[0].mask)
    assert again == coil_defect(1, 3, 4, coil="A", action="hold")
    assert mask().sum() == 800


def test_a_coil_begins_and_ends_by_event_and_keeps_the_worst_action(path):
    ledger = Ledger(path, FACTS)
    ledger.tell(Event(EventKind.COIL_BEGAN, "coil A began", AT, 0.0, "A"))
    for number in range(5):
        action = "hold" if number == 2 else "pass"
        ledger.write(inspection(number, coil="A", action=action), None)
    ledger.tell(Event(EventKind.COIL_ENDED, "coil A ended", AT + 60, 640.0, "A"))
    ledger.write(inspection(5), None)
    # What ends with the coil may be told after it.
    ledger.defect(coil_defect(1, 4, coil="A", action="divert:rework"))
    ledger.write(inspection(6, coil="B"), None)
    ledger.close()
    found = rows(path, "coils")
    assert [(c["coil"], c["begin_mm"], c["end_mm"], c["action"]) for c in found] == [
        ("A", 0.0, 640.0, "divert:rework"),
        ("B", 6 * LENGTH_MM, 7 * LENGTH_MM, None),
    ]
    assert found[0]["ended"].startswith("2025-10-09T08:54:20")
    assert [r["coil"] for r in rows(path, "stretches")] == ["A", None, "B"]
    assert rows(path, "defects")[0]["coil"] == "A"
    assert [e["event"] for e in rows(path, "events")] == ["coil began", "coil ended"]


def test_a_commit_a_second_while_frames_come_and_by_the_clock_where_none_does(path, monkeypatch):
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    ledger = Ledger(path, FACTS)
    committed = []
    for number in range(300):
        ledger.write(inspection(number), None)
        committed.append(ledger.commits)
        now += 1 / 78
    assert committed[-1] in {3, 4}
    assert committed[76] == 0
    before = ledger.commits
    now += 0.5
    ledger.tick()
    assert ledger.commits == before + 1
    for _ in range(5):
        now += 0.5
        ledger.tick()
    assert ledger.commits == before + 1, "nothing new, nothing written: flash wears"
    assert sum(r["frames"] for r in rows(path, "stretches")) == 300
    monkeypatch.undo()
    ledger.close()


def test_a_run_that_goes_on_can_be_read_and_has_no_end(path):
    ledger = Ledger(path, FACTS, every_s=0.0)
    for number in range(5):
        ledger.write(inspection(number, coil="A"), None)
    (run,) = rows(path, "runs")
    assert (run["ended"], run["cut_off"]) == (None, False)
    assert rows(path, "stretches")[0]["frames"] == 5
    assert rows(path, "coils")[0]["ended"] is None
    ledger.close()
    ledger.close()
    (run,) = rows(path, "runs")
    assert run["ended"] is not None
    assert (run["camera"], run["bundle"]) == ("camera 1", "cold-strip")


def test_a_ledger_has_one_writer(path):
    ledger = Ledger(path, FACTS)
    with pytest.raises(LedgerError, match="being written by another"):
        Ledger(path, FACTS)
    ledger.close()
    Ledger(path, FACTS).close()
    assert [r["run"] for r in rows(path, "runs")] == [1, 2]


def test_a_folder_that_cannot_be_made_is_said_at_once(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UnwritableError, match="cannot be created"):
        Ledger(tmp_path / "file" / "ledger.sqlite", FACTS)


def test_a_message_is_stored_with_the_rows_it_tells_of(path):
    ledger = Ledger(path, FACTS)
    ledger.write(inspection(0), None)
    ledger.outbox.put("millsight/line/defect", b"{}")
    ledger.close()
    again = Ledger(path, FACTS)
    assert [m.topic for m in again.outbox.pending()] == ["millsight/line/defect"]
    again.close()
