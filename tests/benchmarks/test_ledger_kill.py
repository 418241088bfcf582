"""A writer killed at random moments leaves a ledger that is whole and lacks nothing committed."""

from __future__ import annotations

from benchmarks.ledger_kill import kill_often
from edge.ledger.query import LedgerReader
from edge.ledger.sink import Ledger
from tests.edge.ledger.samples import FACTS

KILLS = 24


def test_nothing_committed_is_lost_and_each_run_is_marked_as_cut_off(tmp_path):
    path = tmp_path / "ledger.sqlite"
    outcomes = list(kill_often(path, KILLS, every_s=0.02, seed=5))
    assert [outcome.faults for outcome in outcomes] == [()] * KILLS
    assert all(outcome.committed >= 0 for outcome in outcomes)
    Ledger(path, FACTS).close()
    with LedgerReader(path) as reader:
        runs = list(reader.rows("runs"))
    assert [run["cut_off"] for run in runs] == [True] * KILLS + [False]
    assert all(run["ended"] for run in runs)
