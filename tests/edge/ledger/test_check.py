"""Whether a ledger is whole, and what it does not know."""

from __future__ import annotations

import struct

import pytest

from edge.ledger.check import check
from edge.ledger.query import LedgerReader
from edge.ledger.sink import Ledger
from tests.edge.ledger.samples import AT, FACTS, LENGTH_MM, write_sample


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "ledger.sqlite"
    write_sample(path)
    return path


def found(path):
    with LedgerReader(path) as reader:
        return check(reader)


def test_a_whole_ledger_says_what_passed_and_what_is_missing(path):
    page = found(path)
    assert page["whole"] and not page["faults"]
    assert page["rows"]["defects"] == 3
    assert page["passed_mm"] == 100 * LENGTH_MM
    assert page["passed_mm"] == page["inspected_mm"] + page["uninspected_mm"] + page["unstored_mm"]
    assert page["uninspected_by_cause"] == {"dropped": 2 * LENGTH_MM, "late": 10 * LENGTH_MM}
    assert page["bytes"] >= path.stat().st_size


def test_an_index_that_disagrees_with_its_table_is_a_fault(path):
    moment = struct.pack(">d", AT + 19 / 78)
    data = path.read_bytes()
    assert data.count(moment) > 1
    path.write_bytes(data.replace(moment, struct.pack(">d", AT), 1))
    page = found(path)
    assert not page["whole"]
    assert any("stretches_by_time" in fault for fault in page["faults"])


def test_a_ledger_without_a_frame_is_whole(tmp_path):
    path = tmp_path / "new.sqlite"
    Ledger(path, FACTS).close()
    page = found(path)
    assert (page["whole"], page["passed_mm"], page["cut_off_runs"]) == (True, 0.0, 0)
