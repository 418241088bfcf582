"""Rows by what they are asked for."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

import pytest

from edge.coil.stretch import Stretch
from edge.core.errors import (
    ConfigError,
    LedgerError,
    MissingPathError,
)
from edge.core.inspection import Cause, Level
from edge.ledger.coils_list import find_coil, list_coils
from edge.ledger.query import LedgerReader
from edge.ledger.schema import MIGRATIONS, migrate
from edge.ledger.tables import TABLES, Filter
from tests.edge.ledger.samples import AT, CLASSES, LENGTH_MM, coil_defect, write_sample


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "ledger.sqlite"
    write_sample(path)
    return path


@pytest.fixture
def reader(path):
    with LedgerReader(path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, [("A", 1), ("A", 2), ("B", 1)]),
        ({"coil": "A"}, [("A", 1), ("A", 2)]),
        ({"coil": "a"}, []),
        ({"class_name": "pit"}, [("A", 2)]),
        ({"class_name": ""}, [("B", 1)]),
        ({"since": AT + 11 / 78}, [("A", 2), ("B", 1)]),
        ({"until": AT + 40 / 78}, [("A", 1), ("A", 2)]),
        ({"min_length_mm": 100.5}, [("A", 1)]),
        ({"action": "divert"}, [("B", 1)]),
        ({"action": "divert:rework"}, [("B", 1)]),
        ({"action": "divert:re"}, []),
        ({"coil": "A", "action": "hold", "min_length_mm": 10}, [("A", 1)]),
    ],
)
def test_defects_are_those_that_are_wanted(reader, wanted, expected):
    found = reader.rows("defects", Filter(**wanted))
    assert [(row["coil"], row["number"]) for row in found] == expected


@pytest.mark.parametrize(
    ("table", "wanted", "count"),
    [
        ("stretches", {}, 6),
        ("stretches", {"coil": "B"}, 3),
        ("stretches", {"min_length_mm": 2000}, 3),
        ("stretches", {"since": AT + 85 / 78}, 2),
        ("coils", {"coil": "A"}, 1),
        ("coils", {"min_length_mm": 7000}, 1),
        ("coils", {"action": "reject"}, 1),
        ("runs", {"until": AT - 1}, 0),
        ("runs", {}, 1),
    ],
)
def test_other_rows_are_those_that_are_wanted(reader, table, wanted, count):
    assert len(list(reader.rows(table, Filter(**wanted)))) == count


@pytest.mark.parametrize(
    ("table", "wanted"),
    [("events", {"class_name": "pit"}), ("runs", {"coil": "A"}), ("stretches", {"action": "hold"})],
)
def test_what_rows_do_not_have_cannot_be_asked_for(reader, table, wanted):
    with pytest.raises(ConfigError, match=f"{table} have no"):
        list(reader.rows(table, Filter(**wanted)))


def test_the_newest_keep_their_order(reader):
    found = reader.rows("stretches", newest=2)
    assert [row["first_frame"] for row in found] == [80, 90]


@pytest.mark.parametrize("table", TABLES)
def test_columns_are_the_rows_keys(reader, table):
    for row in reader.rows(table):
        assert list(row) == reader.columns(table)


def test_times_are_utc_to_the_millisecond(reader):
    row = next(reader.rows("stretches"))
    assert row["began"] == datetime.fromtimestamp(AT, UTC).isoformat(timespec="milliseconds")


def test_a_coil_comes_back_as_it_was_written(reader):
    found = find_coil(reader, "A")
    assert reader.coil_defects(found.run, found.n) == [
        coil_defect(1, 10, 11, coil="A", action="hold"),
        coil_defect(2, 40, coil="A", action="pass", class_name="pit"),
    ]
    assert reader.coil_stretches(found.run, found.n) == [
        Stretch(0, 20 * LENGTH_MM, Level.FULL),
        Stretch(20 * LENGTH_MM, 2 * LENGTH_MM, Level.UNINSPECTED, Cause.DROPPED),
        Stretch(22 * LENGTH_MM, 38 * LENGTH_MM, Level.FULL),
    ]


def test_a_coil_says_what_judged_it_and_how_wide_it_was_seen(reader):
    found = find_coil(reader, "A")
    assert found.classes == CLASSES
    assert (found.trust, found.width_mm) == ("shipped", 800.0)
    assert [row["width_mm"] for row in reader.rows("coils")] == [800.0, 800.0]
    assert [row["bundle_trust"] for row in reader.rows("runs")] == ["shipped"]


def test_a_coil_of_a_ledger_from_before_that_was_stored_is_found_too(tmp_path):
    path = tmp_path / "old.sqlite"
    connection = sqlite3.connect(path, isolation_level=None)
    migrate(connection, path, MIGRATIONS[:1])
    connection.execute("INSERT INTO runs VALUES (1, 1, 2, 2, 0, 'c', 'b', '', '0.1', '', 0, 0)")
    connection.execute("INSERT INTO coils VALUES (1, 1, 'A', 1, 2, 0, 9, '')")
    connection.close()
    with LedgerReader(path) as reader:
        found = find_coil(reader, "A")
    assert (found.classes, found.width_mm) == ((), None)
    assert found.as_json()["bundle_trust"] is None


def test_coils_are_listed_with_what_passed_and_what_was_found(reader):
    listed = [
        (c["coil"], c["passed_mm"], c["inspected_mm"], c["defects"], c["action"])
        for c in list_coils(reader, Filter())
    ]
    assert listed == [
        ("A", 60 * LENGTH_MM, 58 * LENGTH_MM, 2, "hold"),
        ("B", 40 * LENGTH_MM, 30 * LENGTH_MM, 1, "reject"),
    ]


def test_of_a_coil_inspected_twice_the_last_time_is_found(path):
    write_sample(path)
    with LedgerReader(path) as reader:
        found = find_coil(reader, "A")
    assert (found.run, found.times) == (2, 2)


def test_an_unknown_coil_is_named_with_those_that_are_known(reader):
    with pytest.raises(MissingPathError, match=r"knows no coil 'C'.*The last were: B, A"):
        find_coil(reader, "C")


def test_a_ledger_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(MissingPathError, match="there is no ledger"):
        LedgerReader(tmp_path / "none.sqlite")
    assert not list(tmp_path.iterdir())


def test_a_damaged_ledger_is_said_to_be_that(path):
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(LedgerError, match="cannot be read"), LedgerReader(path) as reader:
        list(reader.rows("stretches"))
