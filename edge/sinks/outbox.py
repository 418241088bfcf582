"""Outboxes: what messages to a broker wait in until the broker has acknowledged them.

``Outbox`` is what a broker's connection needs of one. There are two: ``LedgerOutbox``
(``edge/ledger/outbox.py``) is on the disk and outlives the run; ``MemoryOutbox`` serves where the
configuration has no ledger, and what waits in it ends with the run.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from itertools import islice
from threading import Lock
from typing import Protocol

from edge.ledger.outbox import Message


class Outbox(Protocol):
    """A queue of messages that are kept until they have arrived; safe in any thread.

    Attributes:
        dropped: Messages that were dropped for want of room and did not arrive.
    """

    dropped: int

    def put(self, topic: str, payload: bytes) -> int:
        """Add a message; its id."""
        ...

    def pending(self, limit: int = 100) -> list[Message]:
        """The oldest messages that have not arrived, in order."""
        ...

    def delivered(self, ids: Iterable[int]) -> None:
        """Forget messages, because the broker has them."""

    def __len__(self) -> int:
        """Messages that have not arrived."""
        ...


class MemoryOutbox:
    """The outbox where there is no ledger: it lasts as long as the run.

    Args:
        limit: Messages that are kept; beyond, the oldest are dropped.

    Attributes:
        dropped: Messages that were dropped and did not arrive.
    """

    def __init__(self, limit: int = 10_000) -> None:
        self._limit = limit
        self._lock = Lock()
        self._messages: dict[int, Message] = {}
        self._last_id = 0
        self.dropped = 0

    def put(self, topic: str, payload: bytes) -> int:
        """Add a message; its id."""
        with self._lock:
            self._last_id += 1
            self._messages[self._last_id] = Message(self._last_id, topic, payload, time.time())
            if len(self._messages) > self._limit:
                del self._messages[next(iter(self._messages))]
                self.dropped += 1
            return self._last_id

    def pending(self, limit: int = 100) -> list[Message]:
        """The oldest messages that have not arrived, in order."""
        with self._lock:
            return list(islice(self._messages.values(), limit))

    def delivered(self, ids: Iterable[int]) -> None:
        """Forget messages, because the broker has them."""
        with self._lock:
            for id_ in ids:
                self._messages.pop(id_, None)

    def __len__(self) -> int:
        """Messages that have not arrived."""
        return len(self._messages)
