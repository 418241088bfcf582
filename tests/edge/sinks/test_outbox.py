"""Messages wait in order, bounded, until they have arrived."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from edge.sinks.outbox import MemoryOutbox

LIMIT = 5


class OutboxAgainstAList(RuleBasedStateMachine):
    """Whatever is put and delivered, the oldest that have not arrived are given in order."""

    def __init__(self) -> None:
        super().__init__()
        self.outbox = MemoryOutbox(LIMIT)
        self.waiting: list[tuple[int, bytes]] = []
        self.dropped = 0

    @rule(payload=st.binary(max_size=4))
    def put(self, payload):
        self.waiting.append((self.outbox.put("t", payload), payload))
        if len(self.waiting) > LIMIT:
            del self.waiting[0]
            self.dropped += 1

    @rule(data=st.data())
    def deliver(self, data):
        gone = data.draw(st.sets(st.integers(0, 20)))
        self.outbox.delivered(gone)
        self.waiting = [message for message in self.waiting if message[0] not in gone]

    @rule(limit=st.integers(0, 10))
    def look(self, limit):
        given = [(message.id, message.payload) for message in self.outbox.pending(limit)]
        assert given == self.waiting[:limit]

    @invariant()
    def counts(self):
        assert len(self.outbox) == len(self.waiting)
        assert self.outbox.dropped == self.dropped


TestOutbox = OutboxAgainstAList.TestCase
TestOutbox.settings = settings(max_examples=30, stateful_step_count=20)
