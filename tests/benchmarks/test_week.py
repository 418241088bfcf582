"""An hour of a line in which everything befalls it: all accounts come out, again by the seed."""

from __future__ import annotations

import pytest

from benchmarks.week import simulate


def lived(folder, seed):
    folder.mkdir()
    week, accounts = simulate(folder, 1.0, seed, often=20.0)
    return week, {account.name: (account.truth, account.told) for account in accounts}


@pytest.mark.parametrize("seed", range(4))
def test_every_account_comes_out(tmp_path, seed):
    week, accounts = simulate(tmp_path, 1.0, seed, often=20.0)
    assert [account for account in accounts if not account.right] == []
    assert week.lived_s >= 3600.0 and week.truth.frames > 200


def test_a_seed_says_all_that_befalls_the_line(tmp_path):
    first, accounts = lived(tmp_path / "first", 5)
    second, again = lived(tmp_path / "second", 5)
    assert again == accounts
    assert (second.done, second.lost) == (first.done, first.lost)
    assert {"camera away", "broker away", "disk away", "device restarted"} <= set(first.done)


def test_a_millimetre_that_is_not_told_of_is_found(tmp_path, monkeypatch):
    """The accounts can fail: a ledger that forgets a gap is found out."""
    from edge.ledger.sink import Ledger

    monkeypatch.setattr(Ledger, "gap", lambda self, gap: None)
    _, accounts = simulate(tmp_path, 1.0, 5, often=20.0)
    assert "strip that passed, mm, by the ledger" in [a.name for a in accounts if not a.right]
