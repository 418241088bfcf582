"""The ledger's versions: an older file is migrated, a newer or foreign one refused."""

from __future__ import annotations

import sqlite3

import pytest

from edge.core.errors import LedgerError, NewerLedgerError
from edge.ledger.database import open_to_read, open_to_write
from edge.ledger.query import LedgerReader
from edge.ledger.schema import COLUMNS, MIGRATIONS, migrate, version_of
from tests.edge.ledger.samples import write_sample

ADDED = (*MIGRATIONS, ("ALTER TABLE coils ADD COLUMN weight_kg REAL",))
"""What the next version may do."""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.sqlite"


def connect(path):
    return sqlite3.connect(path, isolation_level=None)


def test_an_empty_file_becomes_a_ledger_that_is_durable_and_shrinks(path):
    path.touch()
    connection = open_to_write(path)
    pragmas = ("journal_mode", "synchronous", "auto_vacuum", "user_version")
    found = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas]
    assert found == ["wal", 2, 2, len(MIGRATIONS)]


def test_the_columns_that_rows_are_written_in_are_those_of_the_tables(path):
    connection = open_to_write(path)
    for table, columns in COLUMNS.items():
        described = connection.execute(f"SELECT * FROM {table}").description
        assert tuple(name for name, *_ in described) == columns


def test_an_older_ledger_is_migrated_and_keeps_its_rows(path):
    write_sample(path)
    connection = connect(path)
    migrate(connection, path, ADDED)
    assert version_of(connection, path, len(ADDED)) == len(ADDED)
    assert connection.execute("SELECT name, weight_kg FROM coils").fetchall() == [
        ("A", None),
        ("B", None),
    ]
    migrate(connection, path, ADDED)


def test_a_migration_that_fails_leaves_the_ledger_as_it_was(path):
    write_sample(path)
    connection = connect(path)
    broken = (*MIGRATIONS, (*ADDED[-1], "ALTER TABLE nothing ADD COLUMN x"))
    with pytest.raises(sqlite3.OperationalError, match="nothing"):
        migrate(connection, path, broken)
    assert version_of(connection, path) == len(MIGRATIONS)
    assert "weight_kg" not in connection.execute("SELECT sql FROM sqlite_master").fetchall()


def test_an_older_ledger_is_migrated_to_be_read(path, monkeypatch):
    write_sample(path)
    monkeypatch.setattr("edge.ledger.database.MIGRATIONS", ADDED)
    monkeypatch.setattr("edge.ledger.database.migrate", lambda c, p: migrate(c, p, ADDED))
    connection = open_to_read(path)
    assert connection.execute("SELECT count(weight_kg) FROM coils").fetchone()[0] == 0


@pytest.mark.parametrize("open_", [open_to_read, open_to_write])
def test_a_newer_ledger_is_refused_and_left_alone(path, open_):
    write_sample(path)
    connect(path).execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    with pytest.raises(NewerLedgerError, match=f"version {len(MIGRATIONS) + 1}.*Install that"):
        open_(path)
    assert connect(path).execute("SELECT count(*) FROM coils").fetchone()[0] == 2


@pytest.mark.parametrize("open_", [open_to_read, open_to_write])
@pytest.mark.parametrize("kind", ["text", "database"])
def test_what_is_no_ledger_is_refused_and_left_alone(path, open_, kind):
    if kind == "text":
        path.write_text("[line]\nspeed_m_s = 5\n" * 99)
    else:
        connect(path).execute("CREATE TABLE people (name)")
    before = path.read_bytes()
    with pytest.raises(LedgerError, match="no ledger of millsight"):
        open_(path)
    assert path.read_bytes() == before


def test_a_ledger_is_read_while_it_is_not_written_and_beside_its_writer(path):
    write_sample(path)
    writer = open_to_write(path)
    with LedgerReader(path) as reader:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM coils")
        assert [row["coil"] for row in reader.rows("coils")] == ["A", "B"]
        writer.execute("COMMIT")
        assert list(reader.rows("coils")) == []


def test_rows_of_older_versions_get_an_age_that_no_lost_clock_made(path):
    """Those that a device without a battery dated 1970 are as old as the last run."""
    connection = connect(path)
    migrate(connection, path, MIGRATIONS[:2])
    event = "INSERT INTO events VALUES (1, ?, 'storage', '', ?, NULL, '')"
    connection.execute(event, (1, 12.0))
    connection.execute(event, (2, 1.79e9))
    run = "INSERT INTO runs (run, began, seen, camera, bundle, bundle_digest, version, "
    run += "config_digest) VALUES (?, ?, ?, '', '', '', '', '')"
    connection.execute(run, (1, 12.0, 40.0))
    connection.execute(run, (2, 1.79e9, 1.795e9))
    migrate(connection, path)
    aged = [row[0] for row in connection.execute("SELECT aged FROM events ORDER BY n")]
    assert aged == [1.795e9, 1.79e9]
    assert [r[0] for r in connection.execute("SELECT aged FROM runs ORDER BY run")] == [1.795e9] * 2
