"""Commands from other programs to the line: a coil begins or ends."""

from __future__ import annotations

import json
from threading import Lock

from edge.core.clock import SYSTEM_CLOCK, Clock
from edge.core.errors import ConfigError

BURST = 30
"""Commands that may come at once."""
EVERY_S = 1.0
"""Seconds after which another may come: no line changes its coil faster for long."""
_LONGEST_NAME = 100
_LONGEST_COMMAND = 4096
"""Longest command, in bytes."""


def read_coil_command(payload: bytes) -> str | None:
    """The name of the coil that begins, or None if the coil ends.

    Args:
        payload: ``{"begin": "NAME"}`` or ``{"end": true}``.

    Raises:
        ValueError: It is neither; the message gives the reason.
    """
    if len(payload) > _LONGEST_COMMAND:
        raise ValueError(f"{len(payload)} bytes are too long for a command")
    try:
        command = json.loads(payload)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    match command:
        case {"end": True, **rest} if not rest:
            return None
        case {"begin": str(name), **rest} if not rest:
            return _checked(name)
    raise ValueError('it is neither {"begin": "NAME"} nor {"end": true}')


def _checked(name: str) -> str:
    if not name.strip():
        raise ValueError("the coil has no name")
    if len(name) > _LONGEST_NAME:
        raise ValueError(f"the coil's name is longer than {_LONGEST_NAME} characters")
    if not name.isprintable():
        raise ValueError("the coil's name holds characters that cannot be printed")
    return name.strip()


class CoilCommandLimit:
    """Refuses commands that come faster than any line changes its coils.

    Each makes rows, messages and events that are kept for a year. ``BURST`` may come at once, and
    one each ``EVERY_S`` seconds; from wherever they come, and in any thread.
    """

    def __init__(self, clock: Clock = SYSTEM_CLOCK) -> None:
        self._clock = clock
        self._lock = Lock()
        self._left = float(BURST)
        self._counted_at = clock.now()

    def admit(self) -> None:
        """Count a command.

        Raises:
            ConfigError: There were too many.
        """
        with self._lock:
            now = self._clock.now()
            self._left = min(BURST, self._left + (now - self._counted_at) / EVERY_S)
            self._counted_at = now
            if self._left < 1:
                raise ConfigError(
                    f"more than {BURST} coil commands at once, or one in {EVERY_S:g} s",
                    "Find what sends them",
                )
            self._left -= 1
