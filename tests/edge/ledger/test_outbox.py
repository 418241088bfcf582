"""Store and forward: nothing is lost that was put, nothing stays that arrived."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from edge.ledger.commits import LedgerWriter
from edge.ledger.outbox import LedgerOutbox
from edge.ledger.sink import Ledger
from tests.edge.clock import FakeClock
from tests.edge.ledger.samples import FACTS


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.sqlite"


def names(outbox, limit=100):
    return [message.topic for message in outbox.pending(limit)]


def test_a_message_is_pending_at_once_and_after_the_commit_and_after_a_restart(path):
    writer = LedgerWriter(path)
    outbox = LedgerOutbox(writer)
    ids = [outbox.put(f"t{i}", b"x" * i) for i in range(3)]
    assert ids == sorted(set(ids))
    assert names(outbox) == ["t0", "t1", "t2"]
    writer.commit()
    ids.append(outbox.put("t3", b"new"))
    assert names(outbox) == ["t0", "t1", "t2", "t3"]
    assert names(outbox, 2) == ["t0", "t1"]
    writer.commit()
    writer.close()
    again = LedgerOutbox(LedgerWriter(path))
    assert [m.id for m in again.pending()] == ids
    assert [m.payload for m in again.pending()] == [b"", b"x", b"xx", b"new"]
    assert again.put("t4", b"") > ids[-1]


def test_what_was_not_committed_is_gone_after_a_power_failure_and_no_id_is_given_twice(path):
    writer = LedgerWriter(path)
    outbox = LedgerOutbox(writer)
    lost = outbox.put("lost", b"")
    writer.close()
    assert LedgerOutbox(LedgerWriter(path)).put("next", b"") > lost


@pytest.mark.parametrize("committed", [False, True])
def test_what_arrived_is_forgotten_for_good(path, committed):
    writer = LedgerWriter(path)
    outbox = LedgerOutbox(writer)
    ids = [outbox.put(f"t{i}", b"") for i in range(4)]
    if committed:
        writer.commit()
    outbox.delivered(ids[1:3])
    assert names(outbox) == ["t0", "t3"]
    assert len(outbox) == 2
    writer.commit()
    assert names(outbox) == ["t0", "t3"]
    outbox.delivered(ids)
    writer.commit()
    assert len(outbox) == 0
    assert not outbox.pending()


def test_beyond_the_limit_the_oldest_are_dropped_and_counted(path):
    writer = LedgerWriter(path)
    outbox = LedgerOutbox(writer, limit=5)
    for i in range(4):
        outbox.put(f"t{i}", b"")
    writer.commit()
    for i in range(4, 8):
        outbox.put(f"t{i}", b"")
    writer.commit()
    assert names(outbox) == ["t3", "t4", "t5", "t6", "t7"]
    assert (outbox.dropped, len(outbox)) == (3, 5)


class AnyOrder(RuleBasedStateMachine):
    """Puts, commits, arrivals and restarts in any order, against a list."""

    @initialize()
    def start(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "ledger.sqlite"
        self.stored: list[int] = []
        self.open()

    def open(self):
        self.writer = LedgerWriter(self.path)
        self.outbox = LedgerOutbox(self.writer)
        self.expected = list(self.stored)

    @rule(count=st.integers(1, 5))
    def put(self, count):
        self.expected += [self.outbox.put("t", b"") for _ in range(count)]

    @precondition(lambda self: self.expected)
    @rule(data=st.data())
    def arrive(self, data):
        gone = data.draw(st.sets(st.sampled_from(self.expected)))
        self.outbox.delivered(gone)
        self.expected = [id_ for id_ in self.expected if id_ not in gone]

    @rule()
    def commit(self):
        assert self.writer.commit()
        self.stored = list(self.expected)

    @rule()
    def power_fails(self):
        self.writer.close()
        self.open()

    @invariant()
    def all_that_is_expected_is_pending(self):
        assert [m.id for m in self.outbox.pending(10_000)] == self.expected
        assert len(self.outbox) == len(self.expected)

    def teardown(self):
        self.writer.close()
        self.folder.cleanup()


AnyOrder.TestCase.settings = settings(max_examples=12, stateful_step_count=20, deadline=None)
TestAnyOrder = AnyOrder.TestCase


def test_a_commit_that_failed_at_its_end_and_is_there_all_the_same_sends_nothing_twice(path):
    writer = LedgerWriter(path)
    outbox = LedgerOutbox(writer)
    kept, sent = outbox.put("kept", b""), outbox.put("sent", b"")
    with writer.lock:
        outbox.save(writer.connection, 1)
        writer.connection.commit()
    outbox.delivered([sent])
    outbox.opened(writer.connection)
    assert [m.id for m in outbox.pending()] == [kept] and len(outbox) == 1
    assert writer.commit()
    assert [m.id for m in outbox.pending()] == [kept] and len(outbox) == 1


def test_ids_grow_though_the_clock_was_lost_and_all_messages_had_arrived(path):
    """Who keeps the last id that it has seen would take new messages for old ones."""
    first = Ledger(path, FACTS, clock=FakeClock(wall=1.795e9))
    last = first.outbox.put("t", b"")
    first.writer.commit()
    first.outbox.delivered([last])
    first.close()
    second = Ledger(path, FACTS, clock=FakeClock(wall=12.0))
    assert second.outbox.put("t", b"") > last
    second.close()
