"""Whether a broker is there, and what a person is told when it goes and comes back."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable

from edge.sinks.outbox import Outbox
from edge.sinks.tls import reason_of


class RefusedError(Exception):
    """The broker is there and does not let this device in."""


class BrokerStatus:
    """Tells of each absence once, not of each attempt to end it.

    Args:
        name: Of the broker.
        outbox: What waits for it.
        tell: Takes a sentence.
    """

    def __init__(self, name: str, outbox: Outbox, tell: Callable[[str], None]) -> None:
        self._name = name
        self._outbox = outbox
        self._tell = tell
        self._away_since: float | None = time.monotonic()
        self._told: str | None = None
        self._dropped = outbox.dropped
        self._told_of_drops = False

    @property
    def there(self) -> bool:
        """Whether the broker is there."""
        return self._away_since is None

    def lost(self, error: Exception) -> None:
        """The connection was lost, or could not be made."""
        if self._away_since is None:
            self._away_since = time.monotonic()
        reason = reason_of(error)
        # An absence has many words, one after the other, and the first will do; what a person has
        # to mend is told besides.
        to_mend = isinstance(error, RefusedError | ssl.SSLCertVerificationError)
        told = reason if to_mend else "away"
        if told != self._told:
            self._told = told
            self._tell(f"broker {self._name} is away: {reason}. Messages wait for it")
        if self._outbox.dropped > self._dropped and not self._told_of_drops:
            self._told_of_drops = True
            self._tell(
                f"no more messages can wait for broker {self._name}: from now on the oldest are "
                "dropped"
            )

    def back(self) -> None:
        """The connection was made."""
        if self._away_since is None:
            return
        lasted_s, self._away_since = time.monotonic() - self._away_since, None
        dropped, self._dropped = self._outbox.dropped - self._dropped, self._outbox.dropped
        text = f"broker {self._name} is there"
        if self._told is not None:
            text = f"broker {self._name} is back after {lasted_s:.0f} s"
        text += f", {len(self._outbox)} messages waited"
        if dropped:
            text += f", {dropped} before them were dropped"
        self._told, self._told_of_drops = None, False
        self._tell(text)
