"""The outbox on the disk: messages to a broker in the ledger's database, until they have arrived.

They are stored in the same transaction as the rows that they tell of. Without a ledger,
``MemoryOutbox`` (``edge/sinks/outbox.py``) takes its place.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from threading import RLock
from typing import TYPE_CHECKING

from edge.core.clock import SYSTEM_CLOCK, Clock

if TYPE_CHECKING:
    from edge.ledger.commits import LedgerWriter

IN_MEMORY = 10_000
"""Messages that wait in memory where the disk is full."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message.

    Attributes:
        id: Greater than that of every message before it, in this run and those before it; never
            given twice, so that who receives a message again can tell.
        topic: Where it goes.
        payload: Its content.
        created: When it was put, in seconds since 1970 (UTC).
    """

    id: int
    topic: str
    payload: bytes
    created: float


class LedgerOutbox:
    """The outbox where there is a ledger: what is put goes to the disk with its next commit.

    A message is pending from the moment it is put, so a broker that is there hears of it at once;
    one that arrives before the commit is never written. Each method may be called in any thread.

    Args:
        writer: The ledger's; it commits.
        limit: Messages that are kept; beyond, the oldest are dropped.
        clock: Tells the time.

    Attributes:
        dropped: Messages that were dropped and did not arrive.
    """

    def __init__(
        self, writer: LedgerWriter, *, limit: int = 100_000, clock: Clock = SYSTEM_CLOCK
    ) -> None:
        self._writer = writer
        self._clock = clock
        self._lock: RLock = writer.lock
        self._limit = limit
        self._new: dict[int, Message] = {}
        self._arrived: set[int] = set()
        self._last_id = 0
        self._stored: int | None = None
        self._saving = (0, 0)
        self._unsure = False
        self.dropped = 0
        writer.add_part(self)

    def put(self, topic: str, payload: bytes) -> int:
        """Add a message.

        Returns:
            Its id.
        """
        with self._lock:
            # The clock makes ids that no run has given, also where nothing can be read; where it
            # was set back, the last id that the ledger knows does.
            now = self._clock.wall()
            self._last_id = max(self._last_id + 1, int(now * 1e6))
            self._new[self._last_id] = Message(self._last_id, topic, payload, now)
            if len(self._new) > min(self._limit, IN_MEMORY):
                del self._new[next(iter(self._new))]
                self.dropped += 1
            return self._last_id

    def pending(self, limit: int = 100) -> list[Message]:
        """The oldest messages that have not arrived, at most ``limit``, in order."""
        with self._lock:
            found: list[Message] = []
            # What cannot be read now can be later; what is in memory can go meanwhile.
            with suppress(sqlite3.Error):
                found = self._pending_on_disk(limit)
            return found + list(self._new.values())[: limit - len(found)]

    def _pending_on_disk(self, limit: int) -> list[Message]:
        found: list[Message] = []
        connection = self._writer.connection
        if connection is None or limit < 1:
            return found
        for row in connection.execute("SELECT id, topic, payload, created FROM outbox ORDER BY id"):
            if row[0] not in self._arrived:
                found.append(Message(*row))
                if len(found) == limit:
                    break
        return found

    def delivered(self, ids: Iterable[int]) -> None:
        """Forget messages, because the broker has them."""
        with self._lock:
            for id_ in ids:
                # A commit that failed may have stored it all the same.
                if self._new.pop(id_, None) is None or self._unsure:
                    self._arrived.add(id_)

    @property
    def unsaved(self) -> int:
        """Messages that are neither on the disk nor arrived."""
        with self._lock:
            return len(self._new)

    def __len__(self) -> int:
        """Messages that have not arrived."""
        with self._lock:
            return max(0, (self._stored or 0) - len(self._arrived) + len(self._new))

    def opened(self, connection: sqlite3.Connection) -> None:
        """Learn what runs before this one have left."""
        count, last = connection.execute("SELECT count(*), max(id) FROM outbox").fetchone()
        self._stored = count
        (given,) = connection.execute("SELECT coalesce(max(message_id), 0) FROM runs").fetchone()
        self._last_id = max(self._last_id, last or 0, given)
        # A commit that failed at its end is there after all when the file is opened again.
        with self._lock:
            for id_ in list(self._new):
                if connection.execute("SELECT 1 FROM outbox WHERE id = ?", (id_,)).fetchone():
                    del self._new[id_]

    def waiting(self) -> bool:
        """Whether the next commit has something to store."""
        return bool(self._new or self._arrived)

    def save(self, connection: sqlite3.Connection, run: int) -> None:
        """Write what is new and delete what has arrived, within the writer's transaction."""
        self._unsure = True
        gone = connection.executemany(
            "DELETE FROM outbox WHERE id = ?", [(id_,) for id_ in self._arrived]
        ).rowcount
        connection.executemany(
            "INSERT OR REPLACE INTO outbox VALUES (?, ?, ?, ?)",
            [(m.id, m.topic, m.payload, m.created) for m in self._new.values()],
        )
        stored = (self._stored or 0) - max(gone, 0) + len(self._new)
        excess = max(0, stored - self._limit)
        if excess:
            connection.execute(
                "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT ?)",
                (excess,),
            )
        connection.execute("UPDATE runs SET message_id = ? WHERE run = ?", (self._last_id, run))
        self._saving = (stored - excess, excess)

    def saved(self) -> None:
        """The transaction is on the disk."""
        self._unsure = False
        self._stored, excess = self._saving
        self.dropped += excess
        self._new.clear()
        self._arrived.clear()
