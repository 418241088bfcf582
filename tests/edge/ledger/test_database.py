"""A ledger is read by whoever may read it, also where no run keeps it open."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from edge.ledger.database import open_to_read
from tests.edge.ledger.samples import write_sample

NOBODY = 65534


@pytest.fixture
def for_everyone():
    """A folder that every user may look into and nobody but its owner may write to."""
    folder = Path(tempfile.mkdtemp())
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_the_ledger_of_a_stopped_line_is_read_where_nothing_may_be_written(for_everyone):
    path = for_everyone / "ledger.sqlite"
    write_sample(path)
    assert not path.with_name("ledger.sqlite-wal").exists()
    path.chmod(0o444)
    for_everyone.chmod(0o555)
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        connection = open_to_read(path)
        (defects,) = connection.execute("SELECT count(*) FROM defects").fetchone()
        connection.close()
    finally:
        if user == 0:
            os.seteuid(user)
    assert defects > 0
    assert sorted(p.name for p in for_everyone.iterdir() if "-" in p.name) == []
